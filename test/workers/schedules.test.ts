/** Three nodes on one database and no leader among them: what is due by the clock is done by one of them, once. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose, type Running } from '../../src/compose.js';
import { catchUpTenant } from '../../src/flows/catch-up.js';
import { createLog } from '../../src/log.js';
import { eventually, pause } from '../flows/heart.js';
import { HOUR, stripeStage, type StripeStage } from '../flows/stripe-stage.js';
import type { TestShop } from '../support/app.js';

/** Long enough for the slower two to do it as well, if they would. */
const SLOWER_MS = 1_000;

let stage: StripeStage;
let shop: TestShop;
let others: Running[];
let transactionId: string;
beforeAll(async () => {
  stage = await stripeStage();
  shop = await stage.shop();
  ({ transactionId } = await stage.authorized(shop));
  others = await Promise.all([node(), node()]);
});
afterAll(async () => {
  await Promise.all(others.map((other) => other.stop()));
  await stage.close();
});

function node(): Promise<Running> {
  const { db, vault, clock } = stage.app.app;
  const log = createLog({ level: 'error', clock, redact: (line) => line, write: () => undefined });
  return compose({ config: stage.app.config, db, vault, clock, log, version: '0.0.0', isOnlyNode: false });
}

const nodes = (): Running[] => [stage.app, ...others];

/** How often Stripe was asked for this. */
async function asked(path: string | RegExp): Promise<number> {
  const requests = await stage.control.requests({ method: 'GET' });
  return requests.filter((request) => (typeof path === 'string' ? request.path === path : path.test(request.path)))
    .length;
}

/** Everybody notices at the same moment that so much time has passed. */
async function passForAll(seconds: number): Promise<void> {
  await stage.pass(seconds);
  for (const one of nodes()) one.passed(seconds * 1_000);
}

async function onceMore(
  what: string,
  count: () => Promise<number>,
  act: () => Promise<unknown>,
  cost = 1,
): Promise<void> {
  const before = await count();
  await act();
  await eventually(what, async () => (await count()) > before);
  await pause(SLOWER_MS);
  expect(await count()).toBe(before + cost);
}

/** Requests that one fetching of events takes. */
async function costOfFetching(): Promise<number> {
  const before = await asked('/v1/events');
  await catchUpTenant(stage.app.app, shop.tenantId);
  return (await asked('/v1/events')) - before;
}

describe('three nodes', () => {
  it('that start together fetch what a tenant’s PSP told meanwhile once', async () => {
    const starting = () => Promise.all(others.map((other) => other.start()));
    await onceMore('the events', () => asked('/v1/events'), starting, await costOfFetching());
  });

  it('look at a payment that waits once', async () => {
    const looks = async (): Promise<number> => {
      const { rows } = await sql<{ looks: number }>`
        select looks from payments where transaction_id = ${transactionId}`.execute(stage.app.app.db);
      return rows[0]?.looks ?? 0;
    };
    const path = `/v1/payment_intents/${transactionId}`;
    const before = await asked(path);
    await onceMore('a look', looks, () => passForAll(2 * HOUR));
    expect(await asked(path)).toBe(before + 1);
  });

  it('fetch the events of the hours that passed once, and check the webhook address once a day', async () => {
    const address = /^\/v1\/webhook_endpoints\/we_/;
    const checks = await asked(address);
    await onceMore(
      'the events',
      () => asked('/v1/events'),
      () => passForAll(2 * HOUR),
      await costOfFetching(),
    );
    expect(await asked(address)).toBe(checks);
    await onceMore(
      'the address',
      () => asked(address),
      () => passForAll(24 * HOUR),
    );
  });
});
