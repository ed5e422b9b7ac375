/**
 * Takes commands that shops send by an outside broker. Each is stored before it is acknowledged; one that cannot be read
 * is stored too, and goes to the dead letters, so that it blocks nothing and nothing is lost.
 */
import { createHash } from 'node:crypto';
import { readCommand } from '../contract/received.js';
import { now, scopeOf, type App } from '../flows/app.js';
import { commandIdentity, receiveCommand } from '../flows/command.js';
import type { Broker, Consumer, Delivery } from '../kit/broker.js';
import { claimDuty, giveBackDuty } from '../storage/duties.js';
import { addOnce, bury, finish, type InboxRow } from '../storage/inbox.js';

const CHANNEL = 'payment-commands';
/** Type of the inbox row of a message that is no command as it stands. */
export const UNREAD = 'unread';
/** Whose message names no tenant. */
const NOBODY = '(unknown)';
const NAME_CHARS = 60;
/** More than any command; of what is longer the beginning is kept. */
const LARGEST_CHARS = 1_000_000;

/** A delivery in a form that can be stored. */
interface Kept {
  messageId: string;
  addressee?: string;
  attributes: Record<string, unknown>;
  body: string;
}

/**
 * Starts taking. What cannot be stored now is handed over again by the broker's side, before any other. Brokers that need
 * one receiver at a time may ask whether it is us; after the stop it is somebody else at once.
 */
export function takeCommands(app: App, broker: Broker): Consumer {
  const claimant = { duty: `receive ${CHANNEL}`, holder: app.newId() };
  const failed = (event: string) => (error: unknown) => {
    app.log.error(event, { broker: broker.name, error });
    throw error;
  };
  const consumer = broker.consume(
    CHANNEL,
    (delivery) => takeCommand(app, delivery).catch(failed('command not stored')),
    () => claimDuty(app.db, app.appId, claimant).catch(failed('turn not known')),
  );
  return {
    stop: async () => {
      await consumer.stop();
      // Without our word it is free when the lease is over.
      await giveBackDuty(app.db, app.appId, claimant).catch(() => undefined);
    },
  };
}

/** Stores one delivery: as a command, or as what a person has to look at. Safe to repeat. */
export async function takeCommand(app: App, delivery: Delivery): Promise<void> {
  const kept = keptOf(delivery);
  if ((await asCommand(app, kept)) === undefined) return;
  const named = kept.addressee ?? tenantNamed(kept.attributes);
  const tenantId = named !== undefined && /^[^\p{C}\p{Surrogate}]{1,60}$/u.test(named) ? named : NOBODY;
  const entry = {
    source: 'command' as const,
    identity: `unread:${kept.messageId.slice(0, 200)}`,
    subject: `unread:${kept.messageId.slice(0, NAME_CHARS)}`,
    type: UNREAD,
    mode: '',
    body: await app.vault.seal(tenantId, 'inbox', JSON.stringify(kept)),
    attributes: {},
  };
  await addOnce(app.db, scopeOf(app, tenantId), entry, now(app));
  app.wake();
}

/** Reads a stored message once more: now it is a command, or it goes to the dead letters with the reason. */
export async function readAgain(app: App, row: InboxRow): Promise<void> {
  const kept = JSON.parse(await app.vault.open(row.tenantId, 'inbox', row.body)) as Kept;
  const scope = scopeOf(app, row.tenantId);
  const fault = await asCommand(app, kept);
  if (fault === undefined) {
    await finish(app.db, scope, row, { result: 'read as a command', now: now(app) });
    return;
  }
  app.log.warn('command unreadable', { tenant: row.tenantId, row: row.id, reason: fault });
  await bury(app.db, scope, row, { result: fault, now: now(app) });
}

/** Stores it as a command; else says in one line why it is none. */
async function asCommand(app: App, { messageId, addressee, attributes, body }: Kept): Promise<string | undefined> {
  // Whoever names no tenant speaks for the one the message was addressed with.
  const read = readCommand({ 'x-tenant-identifier': addressee, ...attributes }, body);
  if (read.error !== undefined) return read.error;
  const { envelope, command } = read.value;
  const { tenantIdentifier: tenantId, correlationId } = envelope;
  if (addressee !== undefined && addressee !== tenantId) return 'it was sent in the name of another tenant';
  const identity = commandIdentity(envelope, messageId);
  await receiveCommand(app, { tenantId, command, identity, ...(correlationId === undefined ? {} : { correlationId }) });
  return undefined;
}

/** Without an id of its own a message is known by its bytes: delivered again it has the same. */
function keptOf({ messageId, tenantId, attributes, body }: Delivery): Kept {
  const hash = createHash('sha256').update(JSON.stringify(attributes)).update(body).digest('base64url');
  const storable = messageId !== undefined && /^[\x20-\x7e]{1,200}$/.test(messageId);
  return {
    messageId: storable ? messageId : hash,
    ...(tenantId === undefined ? {} : { addressee: tenantId }),
    attributes: { ...attributes },
    body: Buffer.from(body).toString('utf8').slice(0, LARGEST_CHARS),
  };
}

function tenantNamed(attributes: Readonly<Record<string, unknown>>): string | undefined {
  const name = attributes['tenantIdentifier'] ?? attributes['storeReference'];
  return typeof name === 'string' ? name : undefined;
}
