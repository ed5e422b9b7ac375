/** What the server wrote into the page for the browser code. */

export interface FormFacts {
  kind: 'form';
  locale: string;
  nonce: string;
  pspScriptUrl?: string;
  islandUrl: string;
  chooses: boolean;
  expiresInSeconds: number;
  /** The customer comes back from a try that brought no payment. */
  tried: boolean;
  /** Origins whose pages may show this one in a frame. */
  ancestors: string[];
  words: Record<string, string>;
}

export interface NoticeFacts {
  kind: 'notice';
  state: string;
  ancestors: string[];
  /** Goes to the shop at once. */
  leaves: boolean;
  shopUrl?: string;
}

/** Reads them. Throws when the page has none: then it is not our page. */
export function readFacts(): FormFacts | NoticeFacts {
  return JSON.parse(document.getElementById('page-facts')?.textContent ?? '') as FormFacts | NoticeFacts;
}
