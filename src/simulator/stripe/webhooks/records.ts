/** What is stored about webhooks: deliveries with their attempts, signing secrets, and rules that disturb deliveries. */

export interface EndpointSecret {
  /** The endpoint's id. */
  id: string;
  /** Newest first; an older one signs too until it ends (ms since 1970, null: no end). */
  secrets: { value: string; endsAt: number | null }[];
  /** Events of connected accounts only. */
  connect: boolean;
}

/** An event of `/v2` as it is fetched; what is sent of it is less. Kept under the platform. */
export interface ThinEvent {
  id: string;
  object: 'v2.core.event';
  type: string;
  created: string;
  livemode: boolean;
  /** The connected account it belongs to; null for the platform's own. */
  context: string | null;
  related_object: { id: string; type: string; url: string } | null;
  reason: { type: 'request'; request: { id: string; idempotency_key: string | null } } | null;
  changes: null;
  data: Record<string, unknown> | null;
}

export interface DeliveryAttempt {
  /** Seconds since 1970, simulator's clock. */
  at: number;
  /** HTTP status; 0: no answer. */
  status: number;
  error: string | null;
}

/** `disturbed` applies to the first attempt only: what is repeated is right. */
export interface Delivery {
  id: string;
  account: string;
  /** The connected account the event belongs to; absent: `account`. */
  owner?: string;
  event: string;
  type: string;
  endpoint: string;
  url: string;
  /** Exactly what is sent. */
  body: string;
  state: 'pending' | 'delivered' | 'failed' | 'dropped';
  /** Milliseconds since 1970, simulator's clock. */
  dueAt: number;
  attempts: DeliveryAttempt[];
  disturbed: 'corrupt_signature' | 'stale' | 'wrong_mode' | null;
  /** The API answer waits for this delivery. */
  beforeResponse: boolean;
}

/** `duplicate`: the same event twice. `twin`: a second event with a new id for the same change. `reorder`: waits one
 * second, so that later ones overtake. `delay`: waits `delaySeconds`. `drop`: never sent. `corrupt_signature`, `stale`,
 * `wrong_mode`: the first attempt is signed wrongly, is ten minutes old, or says livemode. `before_response`: arrives
 * before the API call that caused it is answered. */
export const WEBHOOK_EFFECTS = [
  'duplicate',
  'twin',
  'reorder',
  'delay',
  'drop',
  'corrupt_signature',
  'stale',
  'wrong_mode',
  'before_response',
] as const;
export type WebhookEffect = (typeof WEBHOOK_EFFECTS)[number];

export interface WebhookRule {
  id: string;
  /** `type`: an event type; `*` stands for any text. */
  match: { type?: string; endpoint?: string; account?: string };
  effect: WebhookEffect;
  times: number;
  delaySeconds: number;
}

/** Seconds after each failed attempt until the next one. `quick` suits a desk; `live` has Stripe's three days (the exact
 * spacing is not published); `sandbox` gives up after three tries as Stripe's sandboxes do. */
export const RETRY_PLANS = {
  quick: [1, 2, 4, 8, 15, 30, 60, 300, 900, 3600, 10_800, 43_200],
  live: [1, 300, 1800, 7200, 18_000, 36_000, 43_200, 43_200, 43_200, 43_200],
  sandbox: [60, 3600],
} as const;
export type RetryPlan = keyof typeof RETRY_PLANS;
