/** Asks our server about this payment. The credentials of the page's link go into the body, never into an address. */

/** What the server answers; all fields but the state depend on the call. */
export interface Told {
  /** `payable`, `processing`, `paid`, `failed`, `canceled`, `expired`, `closed`. */
  state: string;
  location?: string;
  message?: string;
  mountData?: Record<string, unknown>;
  returnUrl?: string;
}

/** Why there is no answer: `gone` for a link that is no longer ours, `limit`, else `unreachable`. */
export class CallError extends Error {
  readonly reason: 'gone' | 'limit' | 'unreachable';

  constructor(reason: CallError['reason']) {
    super(reason);
    this.reason = reason;
  }
}

const ANSWER_MS = 20_000;

/** Posts to `/app-payment/<name>`. Throws a CallError, nothing else. */
export async function call(
  name: 'session' | 'attempt' | 'choice' | 'status',
  more: Record<string, string> = {},
): Promise<Told> {
  const query = new URLSearchParams(location.search);
  const credentials = Object.fromEntries(
    ['transactionId', 'tenantIdentifier', 'token'].map((field) => [field, query.get(field) ?? '']),
  );
  let response: Response;
  try {
    response = await fetch(`/app-payment/${name}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...credentials, ...more }),
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.ok) return (await response.json()) as Told;
  } catch {
    throw new CallError('unreachable');
  }
  if (response.status === 404) throw new CallError('gone');
  throw new CallError(response.status === 429 ? 'limit' : 'unreachable');
}
