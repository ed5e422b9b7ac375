/** What is told about connected accounts: snapshots to endpoints for them, thin events to event destinations. */
import type Stripe from 'stripe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bench, Receiver } from './support/bench.js';
import { errorOf, listen, startBench, startReceiver } from './support/bench.js';

let bench: Bench;
let receiver: Receiver;
let stripe: Stripe;
beforeEach(async () => {
  [bench, receiver] = await Promise.all([startBench(), startReceiver()]);
  stripe = bench.sdk();
});
afterEach(async () => {
  await receiver.close();
  await bench.close();
});

/** Sorted: several deliveries go out at the same time. */
const types = () => receiver.received.map((row) => row.type).sort();
const told = (type: string) => receiver.received.find((row) => row.type === type)?.event;
const decide = (account: string, outcome: 'complete' | 'close' | 'deauthorize' | 'rejected') =>
  bench.control.action('account', { account, outcome });
const account = async (client = stripe) =>
  (await client.accounts.create({ type: 'express', country: 'DE', capabilities: { transfers: { requested: true } } }))
    .id;

interface Asked {
  from?: string[];
  events?: string[];
}
async function destination({ from, events = ['*'] }: Asked = {}) {
  const made = await stripe.v2.core.eventDestinations.create({
    name: 'Accounts',
    type: 'webhook_endpoint',
    event_payload: 'thin',
    enabled_events: events,
    ...(from ? { events_from: from } : {}),
    webhook_endpoint: { url: receiver.url },
    include: ['webhook_endpoint.signing_secret', 'webhook_endpoint.url'],
  });
  return { id: made.id, secret: made.webhook_endpoint?.signing_secret ?? '' };
}
const parsed = (row: Receiver['received'][number] | undefined, secret: string) =>
  stripe.parseEventNotification(row?.body ?? '', row?.signature ?? '', secret);

describe('an endpoint for connected accounts', () => {
  it('gets snapshots that name the account, and nothing of the platform', async () => {
    await listen(stripe, receiver, ['*'], true);
    const id = await account();
    await stripe.customers.create({ name: 'of the platform' });
    await decide(id, 'complete');
    await receiver.until(2);
    expect(types()).toEqual(['account.updated', 'capability.updated']);
    expect(told('account.updated')).toMatchObject({
      account: id,
      data: {
        object: { id, object: 'account', payouts_enabled: true, capabilities: { transfers: 'active' } },
        previous_attributes: { payouts_enabled: false, details_submitted: false },
      },
    });
    expect(told('capability.updated')).toMatchObject({
      account: id,
      data: { object: { id: 'transfers', status: 'active' }, previous_attributes: { status: 'inactive' } },
    });
  });

  it('hears of nothing when nothing changed', async () => {
    await listen(stripe, receiver, ['*'], true);
    const id = await account();
    await decide(id, 'complete');
    await decide(id, 'complete');
    await decide(id, 'deauthorize');
    await receiver.until(3);
    expect(types()).toEqual(['account.application.deauthorized', 'account.updated', 'capability.updated']);
    expect(told('account.application.deauthorized')).toMatchObject({
      account: id,
      data: { object: { object: 'application' } },
    });
  });

  it('is the only one that does: others get what is of the platform', async () => {
    await listen(stripe, receiver, ['account.updated', 'customer.created']);
    await decide(await account(), 'complete');
    await stripe.customers.create({ name: 'of the platform' });
    await receiver.until(1);
    expect(types()).toEqual(['customer.created']);
    expect(receiver.received[0]?.event?.account).toBeUndefined();
  });

  it('of another platform hears nothing', async () => {
    await listen(bench.sdk('other'), receiver, ['*'], true);
    await decide(await account(), 'complete');
    await decide(await account(bench.sdk('other')), 'complete');
    await receiver.until(2);
    expect(new Set(receiver.received.map((row) => row.event?.account)).size).toBe(1);
    expect(await bench.control.deliveries()).toHaveLength(2);
  });

  it('has its events listed for the account they belong to', async () => {
    const id = await account();
    await decide(id, 'complete');
    const listed = await stripe.events.list({}, { stripeAccount: id });
    expect(listed.data.map((event) => event.type)).toEqual(['capability.updated', 'account.updated']);
    expect((await stripe.events.list({ types: ['account.updated'] })).data).toEqual([]);
  });
});

describe('an event destination', () => {
  it('gets thin events of connected accounts, signed with its own secret', async () => {
    const { secret } = await destination({ from: ['@accounts'] });
    const id = await account();
    await receiver.until(1);
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toEqual({
      id: expect.stringMatching(/^evt_/) as string,
      object: 'v2.core.event',
      type: 'v2.core.account.created',
      created: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      livemode: false,
      context: id,
      related_object: { id, type: 'v2.core.account', url: `/v2/core/accounts/${id}` },
    });
    const event = parsed(receiver.received[0], secret);
    if (event.type !== 'v2.core.account.created') throw new Error(event.type);
    expect(event.context?.toString()).toBe(id);
    expect((await event.fetchRelatedObject()).id).toBe(id);
    expect(() => parsed(receiver.received[0], 'whsec_other')).toThrow();
  });

  it('is told what changed: requirements, the capability, the return from a link, the end', async () => {
    await destination({ from: ['@accounts'] });
    const id = await account();
    const link = await stripe.accountLinks.create({
      account: id,
      type: 'account_onboarding',
      return_url: 'https://shop.example/done',
      refresh_url: 'https://shop.example/again',
    });
    await fetch(link.url, { method: 'POST', redirect: 'manual', body: new URLSearchParams({ outcome: 'complete' }) });
    await decide(id, 'close');
    await receiver.until(5);
    expect(types()).toEqual([
      'v2.core.account.closed',
      'v2.core.account.created',
      'v2.core.account[configuration.recipient].capability_status_updated',
      'v2.core.account[requirements].updated',
      'v2.core.account_link.returned',
    ]);
  });

  it('has events that are fetched whole, in the context they name and in no other', async () => {
    const { secret } = await destination({
      from: ['@accounts'],
      events: ['v2.core.account[configuration.recipient].capability_status_updated'],
    });
    const id = await account();
    await decide(id, 'complete');
    await receiver.until(1);
    const event = parsed(receiver.received[0], secret);
    expect(await event.fetchEvent()).toMatchObject({
      id: event.id,
      data: { updated_capability: 'stripe_balance.stripe_transfers' },
    });
    expect(await errorOf(stripe.v2.core.events.retrieve(event.id))).toMatchObject({ status: 404, code: 'not_found' });
    const listed = await stripe.v2.core.events.list({ object_id: id }, { stripeContext: id });
    expect(listed.data.map((row) => row.id)).toContain(event.id);
    expect((await stripe.v2.core.events.list()).data).toEqual([]);
  });

  it('without @accounts gets nothing of connected accounts; a ping comes always', async () => {
    const { id, secret } = await destination();
    await account();
    await stripe.v2.core.eventDestinations.ping(id);
    await receiver.until(1);
    expect(types()).toEqual(['v2.core.event_destination.ping']);
    expect(parsed(receiver.received[0], secret).type).toBe('v2.core.event_destination.ping');
  });

  it('is read without its secret, changed, switched off and on, listed, and deleted', async () => {
    const { id } = await destination({ from: ['@accounts'], events: ['v2.core.account.created'] });
    const destinations = stripe.v2.core.eventDestinations;
    expect(await destinations.retrieve(id)).toMatchObject({ events_from: ['@accounts'], webhook_endpoint: null });
    const read = await destinations.retrieve(id, { include: ['webhook_endpoint.url'] });
    expect(read.webhook_endpoint).toEqual({ signing_secret: null, url: receiver.url });
    expect((await destinations.update(id, { enabled_events: ['v2.core.account.closed'] })).enabled_events).toEqual([
      'v2.core.account.closed',
    ]);
    expect(await destinations.disable(id)).toMatchObject({
      status: 'disabled',
      status_details: { disabled: { reason: 'user' } },
    });
    await decide(await account(), 'close');
    expect((await destinations.enable(id)).status).toBe('enabled');
    expect((await destinations.list()).data.map((row) => row.id)).toEqual([id]);
    expect((await bench.sdk('other').v2.core.eventDestinations.list()).data).toEqual([]);
    expect(await destinations.del(id)).toMatchObject({ id });
    expect(await errorOf(destinations.retrieve(id))).toMatchObject({ status: 404 });
    expect(await bench.control.deliveries()).toEqual([]);
  });

  it('is repeated, and signs with both secrets while one is replaced', async () => {
    const { id, secret } = await destination({ from: ['@accounts'] });
    receiver.answers.push(500);
    const next = await bench.control.rollSecret(id);
    await account();
    await receiver.until(1);
    await bench.control.advance(1);
    await receiver.until(2);
    expect(new Set(receiver.received.map((row) => row.id)).size).toBe(1);
    expect(parsed(receiver.received[1], secret).id).toBe(parsed(receiver.received[1], next).id);
  });

  it('for snapshots or for events of /v1 is refused: nobody would deliver them', async () => {
    const wanted = {
      name: 'x',
      type: 'webhook_endpoint' as const,
      enabled_events: ['v1.charge.failed'],
      webhook_endpoint: { url: receiver.url },
    };
    const create = (payload: 'snapshot' | 'thin') =>
      stripe.v2.core.eventDestinations.create({ ...wanted, event_payload: payload });
    expect(await errorOf(create('thin'))).toMatchObject({ status: 400, code: 'invalid_fields' });
    expect(await errorOf(create('snapshot'))).toMatchObject({ status: 400, code: 'invalid_fields' });
  });
});
