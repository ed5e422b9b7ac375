/** Where secrets could end up, as text to search; and the search. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Name of a place, and everything that is there. */
export type Places = Map<string, string>;

export interface Canary {
  name: string;
  pattern: RegExp;
  /** Places that hold it on purpose, by the beginning of their names. */
  allowed: readonly string[];
}

/** Matches a secret as it is and in the spellings it gets in URLs, JSON and base64. */
export function canary(name: string, secret: string, allowed: readonly string[] = []): Canary {
  const spellings = new Set([
    secret,
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  ]);
  const escaped = [...spellings].map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return { name, pattern: new RegExp(escaped.join('|')), allowed };
}

export interface Finding {
  canary: string;
  place: string;
  /** What stands around it. */
  around: string;
}

/** Every canary in every place where it must not be. */
export function findings(places: Places, canaries: readonly Canary[]): Finding[] {
  return [...places].flatMap(([place, text]) =>
    canaries.flatMap(({ name, pattern, allowed }) => {
      if (allowed.some((beginning) => place.startsWith(beginning))) return [];
      const found = pattern.exec(text);
      return found === null
        ? []
        : [{ canary: name, place, around: text.slice(Math.max(0, found.index - 120), found.index + 60) }];
    }),
  );
}

/** All files below a folder, read as bytes. */
export async function filesBelow(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const read = files.map(async (path) => [path, await readFile(path, 'latin1').catch(() => '')] as const);
  return new Map(await Promise.all(read));
}

export interface Recorded {
  request: string;
  /** Response headers, one per line. */
  headers: string;
  status: number;
  body: string;
}

export interface Recorder {
  all: Recorded[];
  /** Fetches, without following redirects, and keeps what came back under `name`. */
  visit(name: string, url: string, init?: RequestInit): Promise<Recorded>;
}

/** Keeps every answer of the app. */
export function recorder(): Recorder {
  const all: Recorded[] = [];
  return {
    all,
    visit: async (name, url, init) => {
      const response = await fetch(url, { ...init, redirect: 'manual' });
      const headers = [...response.headers].map(([key, value]) => `${key}: ${value}`).join('\n');
      const recorded = { request: name, headers, status: response.status, body: await response.text() };
      all.push(recorded);
      return recorded;
    },
  };
}
