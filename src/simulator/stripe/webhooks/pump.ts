/** Sends due deliveries, several at a time, and books the next try of those that were not accepted. */
import { Agent, request } from 'undici';
import type { Clock } from '../../../domain/clock.js';
import { OWN } from '../core/store.js';
import type { Store } from '../core/store.js';
import { simulatorNow } from '../core/time.js';
import { RETRY_PLANS } from './records.js';
import type { Delivery, RetryPlan } from './records.js';
import { signatureHeader } from './signature.js';

export interface Pump {
  /** Looks for due deliveries now. Safe to call at any time. */
  kick(): void;
  /** Sends the one that has waited longest, even while paused; undefined when none is due. */
  step(): Promise<Delivery | undefined>;
  /** Sends this one at once, whatever its state, and resolves to it afterwards. */
  send(id: string): Promise<Delivery | undefined>;
  close(): Promise<void>;
}

/** How many are sent at the same time, and how long an answer may take. */
const AT_ONCE = 16;
const ANSWER_TIMEOUT_MS = 10_000;

/** The loop that posts due webhook deliveries to their endpoints, several at once, until it is stopped. */
export function createPump(
  store: Store,
  clock: Clock,
  log: (event: string, fields?: Record<string, unknown>) => void,
): Pump {
  const agent = new Agent({ connections: AT_ONCE, headersTimeout: ANSWER_TIMEOUT_MS, bodyTimeout: ANSWER_TIMEOUT_MS });
  const sending = new Map<string, Promise<void>>();
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const paused = (): boolean => store.read.get('settings', OWN, 'webhooks_paused')?.value === true;
  const waiting = (): Delivery[] =>
    store.read
      .all('deliveries', OWN)
      .filter((delivery) => !sending.has(delivery.id))
      .sort((a, b) => a.dueAt - b.dueAt);
  const start = (delivery: Delivery): Promise<void> => {
    const sent = attempt(store, clock, agent, delivery)
      .catch((error: unknown) => log('simulator.delivery_error', { delivery: delivery.id, error: String(error) }))
      .finally(() => {
        sending.delete(delivery.id);
        kick();
      });
    sending.set(delivery.id, sent);
    return sent;
  };
  const kick = (): void => {
    if (closed) return;
    clearTimeout(timer);
    if (paused()) return;
    const now = simulatorNow(store, clock);
    const rows = waiting();
    const due = rows.filter(({ dueAt }) => dueAt <= now);
    for (const delivery of due.slice(0, Math.max(0, AT_ONCE - sending.size))) void start(delivery);
    const next = rows.find(({ dueAt }) => dueAt > now);
    if (next) timer = setTimeout(kick, Math.min(next.dueAt - now + 1, 60_000)).unref();
  };
  const send = async (id: string): Promise<Delivery | undefined> => {
    await sending.get(id);
    const found = findDelivery(store, id);
    if (found) await start(found);
    return findDelivery(store, id);
  };
  return {
    kick,
    step: async () => {
      const first = waiting().find(({ dueAt }) => dueAt <= simulatorNow(store, clock));
      return first && send(first.id);
    },
    send,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await agent.destroy();
      await Promise.allSettled(sending.values());
    },
  };
}

/** A delivery that waits or one that is over. */
export function findDelivery(store: Store, id: string): Delivery | undefined {
  return store.read.get('deliveries', OWN, id) ?? store.read.get('past_deliveries', OWN, id);
}

/** One try: signed now, answered 2xx or not. Redirects are not followed. */
async function attempt(store: Store, clock: Clock, agent: Agent, delivery: Delivery): Promise<void> {
  const now = simulatorNow(store, clock);
  const disturbed = delivery.attempts.length === 0 ? delivery.disturbed : null;
  const body =
    disturbed === 'wrong_mode' ? delivery.body.replaceAll('"livemode":false', '"livemode":true') : delivery.body;
  const signedAt = Math.floor(now / 1000) - (disturbed === 'stale' ? 600 : 0);
  const secrets = disturbed === 'corrupt_signature' ? ['whsec_nobody'] : activeSecrets(store, delivery, now);
  let status = 0;
  let error: string | null = null;
  try {
    const answer = await request(delivery.url, {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
        'stripe-signature': signatureHeader(body, signedAt, secrets),
      },
      body,
    });
    status = answer.statusCode;
    await answer.body.dump();
  } catch (failure) {
    error = failure instanceof Error ? `${failure.name}: ${failure.message}` : String(failure);
  }
  record(store, simulatorNow(store, clock), delivery.id, { at: signedAt, status, error });
}

function activeSecrets(store: Store, delivery: Delivery, now: number): string[] {
  const known = store.read.get('endpoint_secrets', delivery.account, delivery.endpoint)?.secrets ?? [];
  return known.filter(({ endsAt }) => endsAt === null || endsAt > now).map(({ value }) => value);
}

/** How many finished deliveries are kept. */
const PAST_LIMIT = 20_000;

function record(store: Store, now: number, id: string, tried: Delivery['attempts'][number]): void {
  const current = findDelivery(store, id);
  if (!current) return;
  const attempts = [...current.attempts, tried];
  const accepted = tried.status >= 200 && tried.status < 300;
  const plan = RETRY_PLANS[(store.read.get('settings', OWN, 'retry_plan')?.value as RetryPlan | undefined) ?? 'quick'];
  const wait = plan[attempts.length - 1];
  const state = accepted ? 'delivered' : wait === undefined ? 'failed' : 'pending';
  const next: Delivery = { ...current, attempts, state, dueAt: now + (state === 'pending' ? (wait ?? 0) * 1000 : 0) };
  const tx = store.begin();
  tx.remove(state === 'pending' ? 'past_deliveries' : 'deliveries', OWN, id);
  tx.put(state === 'pending' ? 'deliveries' : 'past_deliveries', OWN, next);
  if (store.count('past_deliveries', OWN) > PAST_LIMIT * 1.1) {
    const old = store.read.all('past_deliveries', OWN).slice(0, PAST_LIMIT * 0.1);
    for (const delivery of old) tx.remove('past_deliveries', OWN, delivery.id);
  }
  const owner = current.owner ?? current.account;
  const event = tx.get('events', owner, current.event);
  if (event && accepted && current.state !== 'delivered') {
    tx.put('events', owner, { ...event, pending_webhooks: Math.max(0, event.pending_webhooks - 1) });
  }
  tx.commit();
}
