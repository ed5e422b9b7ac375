/** What the server wrote into the page for the browser code. */

export interface FormFacts {
  kind: 'form';
  locale: string;
  nonce: string;
  pspScriptUrl?: string;
  islandUrl: string;
  chooses: boolean;
  expiresInSeconds: number;
  words: Record<string, string>;
}

export interface NoticeFacts {
  kind: 'notice';
  state: string;
  shopUrl?: string;
}

/** Reads them. Throws when the page has none: then it is not our page. */
export function readFacts(): FormFacts | NoticeFacts {
  return JSON.parse(document.getElementById('page-facts')?.textContent ?? '') as FormFacts | NoticeFacts;
}
