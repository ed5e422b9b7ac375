/** What the server wrote into the page, and what the app answers to it. */
import type { CatalogueAnswer, SettingsTestAnswer } from '../../../contract/catalogue-endpoints.js';
import type { CatalogueWords } from '../../catalogue-texts.js';

export type Words = CatalogueWords;
export type Catalogue = CatalogueAnswer;
export type Connector = Catalogue['connectors'][number];
export type Report = SettingsTestAnswer;

export type Language = 'en' | 'de';

/** As the server wrote them: the words of both languages, so that a switch loses nothing. */
export interface PageFacts extends Omit<Facts, 'words'> {
  words: Readonly<Record<Language, Words>>;
}

export interface Facts {
  language: Language;
  /** Credentials of a client, or a token from outside. */
  signIn: 'client' | 'token';
  /** Origins whose pages may show this one in a frame. */
  ancestors: string[];
  words: Words;
  /** Only in a sandbox. */
  hint?: { tenant: string; clientId: string; clientSecret: string };
}

/** Reads them. Throws when the page has none: then it is not our page. */
export function readFacts(): PageFacts {
  return JSON.parse(document.getElementById('page-facts')?.textContent ?? '') as PageFacts;
}

/** A text with its placeholder filled in. */
export function fill(text: string, name: string, value: string): string {
  return text.replace(`{${name}}`, () => value);
}

/** The tenant a Back Office has named behind the hash, which no server gets to see. */
export function namedTenant(): string | undefined {
  return new URLSearchParams(location.hash.slice(1)).get('tenant') ?? undefined;
}
