/** Loads the PSP's script and the connector's browser code, and mounts the fields. */
import type { Told } from './calls.js';
import type { FormFacts } from './facts.js';

export type Outcome =
  | { outcome: 'done' | 'processing' }
  | { outcome: 'choice'; choice: string }
  | { outcome: 'error'; message?: string; code?: string };

/** What the browser code of every connector gives back. */
export interface Mounted {
  submit(): Promise<Outcome>;
  /** The chosen payment method, when it goes on at another site that may refuse a frame. */
  leavesFor?(): string | undefined;
  destroy(): void;
}

interface Listener {
  ready(): void;
  change(complete: boolean): void;
  failed(reason: string): void;
}

const LOAD_MS = 10_000;

/** Mounts the connector's fields into `element`, with `method` chosen if it is one of them. Rejects when a script does not come or the fields do not appear. */
export async function mountFields(
  facts: FormFacts,
  told: Told,
  { element, method }: { element: HTMLElement; method?: string },
): Promise<Mounted> {
  if (facts.pspScriptUrl !== undefined) await loadScript(facts.pspScriptUrl, facts.nonce);
  const island = (await inTime(import(new URL(facts.islandUrl, location.origin).href))) as {
    mount(options: object): Mounted;
  };
  const place = document.createElement('div');
  element.append(place);
  let mounted: Mounted | undefined;
  const shown = new Promise<void>((resolve, reject) => {
    const on: Listener = { ready: resolve, change: () => undefined, failed: (reason) => reject(new Error(reason)) };
    const mountData = told.mountData ?? {};
    const locale = typeof mountData['locale'] === 'string' ? mountData['locale'] : facts.locale;
    mounted = island.mount({ element: place, mountData, locale, returnUrl: told.returnUrl, method, on });
  });
  try {
    await inTime(shown);
  } catch (error) {
    mounted?.destroy();
    place.remove();
    throw error;
  }
  if (mounted === undefined) throw new Error('not mounted');
  return mounted;
}

const loading = new Map<string, Promise<void>>();

/** Adds the script once; a failed one is added anew by the next try. */
function loadScript(url: string, nonce: string): Promise<void> {
  const known = loading.get(url);
  if (known !== undefined) return known;
  const script = document.createElement('script');
  script.nonce = nonce;
  script.src = url;
  script.async = true;
  const loaded = new Promise<void>((resolve, reject) => {
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => reject(new Error('script')));
  });
  document.head.append(script);
  const result = inTime(loaded).catch((error: unknown) => {
    loading.delete(url);
    script.remove();
    throw error;
  });
  loading.set(url, result);
  return result;
}

function inTime<T>(promise: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('late')), LOAD_MS);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
