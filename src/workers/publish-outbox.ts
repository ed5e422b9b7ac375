/**
 * Brings what we tell tenants to an outside broker: claims lanes of the outbox, publishes, marks what was confirmed.
 * A crash in between publishes again with the same message ids.
 */
import { attributesInOrder, payloadInOrder } from '../contract/order.js';
import { later, now, type App } from '../flows/app.js';
import { MessageRefused, type Broker, type BrokerMessage } from '../kit/broker.js';
import {
  buryMessage,
  claimLanes,
  freeLanes,
  markPublished,
  putOffLane,
  type Lane,
  type OutgoingRow,
} from '../storage/publishing.js';
import { startWorker, type Worker } from './loop.js';

/** Lanes in one turn, and rows of each: together what may be unconfirmed at once. */
const LANES = 16;
const ROWS = 50;
const REST_MS = 200;
/** How long a lane rests whose message the broker does not take. */
const LONGEST_WAIT_SECONDS = 60;

/** What became of a lane's turn. */
interface Turn {
  lane: Lane;
  confirmed: string[];
  error?: unknown;
}

/** Starts the worker. While the broker is away the rows stay queued, and the rests between its tries grow. */
export async function publishOutbox(app: App, broker: Broker, isOnlyNode: boolean): Promise<Worker> {
  if (isOnlyNode) await freeLanes(app.db, app.appId, now(app));
  let after = '';
  let isAway = false;
  return startWorker({
    restMs: REST_MS,
    round: async () => {
      const lanes = await claimLanes(app.db, app.appId, { now: now(app), after, lanes: LANES, rows: ROWS });
      after = lanes.at(-1)?.tenantId ?? '';
      const turns = await Promise.all(lanes.map((lane) => publishLane(broker, lane)));
      const confirmed = turns.flatMap((turn) => turn.confirmed);
      await markPublished(app.db, app.appId, confirmed, now(app));
      for (const turn of turns.filter(({ error }) => error !== undefined)) await putOff(app, turn);
      const lost = turns.find(({ error }) => error !== undefined && !(error instanceof MessageRefused));
      if (lost !== undefined) throw new Away(lost.error);
      if (isAway && confirmed.length > 0) {
        app.log('broker is back', { broker: broker.name, what: 'messages' });
        isAway = false;
      }
      return confirmed.length;
    },
    onError: (error) => {
      if (!(error instanceof Away)) return app.log.error('publish round failed', { error });
      if (!isAway) app.log.warn('broker away', { broker: broker.name, what: 'messages', reason: error.message });
      isAway = true;
    },
  });
}

/** One wave after the other: a message waits for the confirmation of the one before it with the same key. */
async function publishLane(broker: Broker, lane: Lane): Promise<Turn> {
  const confirmed: string[] = [];
  try {
    for (const wave of wavesOf(lane)) {
      await broker.publish(wave);
      confirmed.push(...wave.map(({ id }) => id));
    }
    return { lane, confirmed };
  } catch (error) {
    return { lane, confirmed, error };
  }
}

/** The first messages of all orders, then the second ones, and so on; what is about no order is about the tenant. */
function wavesOf({ tenantId, channel, rows }: Lane): BrokerMessage[][] {
  const waves: BrokerMessage[][] = [];
  const counts = new Map<string, number>();
  for (const row of rows) {
    const orderKey = orderKeyOf(row.payload) ?? tenantId;
    const wave = counts.get(orderKey) ?? 0;
    counts.set(orderKey, wave + 1);
    (waves[wave] ??= []).push(messageOf(row, { tenantId, channel, orderKey }));
  }
  return waves;
}

/** The order, or before there is one the payment. */
function orderKeyOf(payload: Readonly<Record<string, unknown>>): string | undefined {
  const names = ['orderReference', 'entityReference', 'paymentReference'].map((name) => payload[name]);
  return names.find((name): name is string => typeof name === 'string' && name !== '');
}

function messageOf(
  { messageId, payload, attributes }: OutgoingRow,
  place: Pick<BrokerMessage, 'tenantId' | 'channel' | 'orderKey'>,
): BrokerMessage {
  const body = JSON.stringify(payloadInOrder(attributes['name'] ?? '', payload));
  return { ...place, id: messageId, body, attributes: attributesInOrder(attributes) };
}

/** A lane that meets a refusal waits by itself; when the broker is away all are tried again as soon as it is back. */
async function putOff(app: App, { lane, confirmed, error }: Turn): Promise<void> {
  const done = new Set(confirmed);
  let seconds = 0;
  if (error instanceof MessageRefused) {
    const { tenantId: tenant, channel } = lane;
    app.log.warn('broker refused', { tenant, channel, message: error.messageId, reason: error.message });
    if (error.forever) await buryMessage(app.db, app.appId, error.messageId, now(app));
    else seconds = Math.min(2 ** Math.min(lane.tries, 10), LONGEST_WAIT_SECONDS);
    if (error.forever) done.add(error.messageId);
  }
  const next = lane.rows.find(({ messageId }) => !done.has(messageId));
  if (next !== undefined) await putOffLane(app.db, app.appId, next.messageId, later(app, seconds));
}

/** The broker is away; the message is for operators and names no user. */
class Away extends Error {
  constructor(error: unknown) {
    super(error instanceof Error ? error.message : 'unknown');
    this.name = 'Away';
  }
}
