/**
 * The shop's page around ours, when we are shown in its frame (docs/embedding.md): what it is told, and who goes to the
 * shop. Messages are addressed to origins the tenant allows and to nobody else; they hold addresses that the shop itself
 * gave us, and no id and no secret of the payment.
 */

export type Outcome = 'paid' | 'processing' | 'canceled' | 'failed';

export interface Parent {
  /** Whether we are shown in a frame. */
  isFramed: boolean;
  /** Whether the shop's page has said that it goes on by itself after an outcome. */
  listens(): boolean;
  /** Tells how the payment stands, and the shop's own address for that. May be told more than once. */
  tell(outcome: Outcome, location?: string): void;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = {
  paid: 'paid',
  processing: 'processing',
  canceled: 'canceled',
  failed: 'failed',
  expired: 'failed',
  closed: 'failed',
};

/** The page's state in the word that the shop's page hears; undefined while nothing has come of the payment. */
export function outcomeOf(state: string): Outcome | undefined {
  return OUTCOMES[state];
}

/** Says that the page is there, and from then on how high it is. Does nothing outside of a frame. */
export function greetParent(allowed: readonly string[]): Parent {
  const isFramed = window.parent !== window;
  const origins = isFramed ? parentOrigins(allowed) : [];
  const post = (message: Record<string, unknown>): void => {
    for (const origin of origins) window.parent.postMessage(message, origin);
  };
  let listens = false;
  if (isFramed) {
    addEventListener('message', ({ source, origin, data }: MessageEvent<{ type?: unknown } | null>) => {
      if (source === window.parent && origins.includes(origin) && data?.type === 'quittance:listening') listens = true;
    });
    post({ type: 'quittance:ready' });
    tellHeight((height) => post({ type: 'quittance:height', height }));
  }
  return {
    isFramed,
    listens: () => listens,
    tell: (outcome, location) =>
      post({ type: `quittance:${outcome}`, ...(location === undefined ? {} : { location }) }),
  };
}

/**
 * Whom messages are addressed to. A browser that does not tell our ancestors tells perhaps who referred to us; when
 * neither is known each allowed origin is addressed, and the browser delivers to the one that is our parent.
 */
function parentOrigins(allowed: readonly string[]): string[] {
  const nearest = (location as { ancestorOrigins?: DOMStringList }).ancestorOrigins?.[0];
  if (nearest !== undefined) return allowed.filter((origin) => origin === nearest);
  const referrer = URL.canParse(document.referrer) ? new URL(document.referrer).origin : undefined;
  const named = allowed.filter((origin) => origin === referrer);
  return named.length > 0 ? named : [...allowed];
}

function tellHeight(tell: (height: number) => void): void {
  let told = 0;
  new ResizeObserver(() => {
    const height = Math.ceil(document.body.getBoundingClientRect().height);
    if (height === told) return;
    told = height;
    tell(height);
  }).observe(document.body);
}

/**
 * Opens an address in place of the shop's page around ours. False when the browser refuses, as it does before the
 * customer has touched the page.
 */
export function openAtTop(address: string): boolean {
  try {
    (window.top ?? window).location.href = address;
    return true;
  } catch {
    return false;
  }
}
