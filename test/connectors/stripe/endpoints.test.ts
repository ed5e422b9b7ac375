/** Registering our webhook address at Stripe: one endpoint per address and tenant, whose secret we know. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import { ENABLED_EVENTS } from '../../../src/connectors/stripe/events.js';
import type { Simulated } from './simulated.js';
import { askingOf, simulated } from './simulated.js';

const connector = createStripeConnector({ retries: 0 });
const endpoints = connector.endpoints!;
const URL_A = 'https://psp.example/webhooks/test/abc';
let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());
beforeEach(() => sim.control.reset());

const register = (operationId: string, url = URL_A) =>
  endpoints.register.ask(
    askingOf(endpoints.register.prepare({ url, operationId }, sim.context()), operationId),
    sim.context(),
  );
const listed = async () => (await sim.stripe.webhookEndpoints.list()).data;

describe('endpoints', () => {
  it('are wanted unless the tenant registers by hand', () => {
    expect(endpoints.wanted({})).toBe(true);
    expect(endpoints.wanted({ webhook: { mode: 'manual' } })).toBe(false);
  });

  it('register tells id and secret, again too, and makes one endpoint', async () => {
    const first = await register('op-1');
    expect(first).toMatchObject({ answer: 'completed', secret: expect.stringMatching(/^whsec_/) });
    expect(await register('op-1')).toEqual(first);
    const [endpoint, ...others] = await listed();
    expect(others).toEqual([]);
    expect(endpoint).toMatchObject({
      id: first.endpointId,
      url: URL_A,
      enabled_events: [...ENABLED_EVENTS],
      api_version: '2026-10-28.endive',
      metadata: { psp_tenant: 'h4sh', psp_installation: 'psp.example' },
    });
  });

  it('register replaces an endpoint whose secret nobody knows, and touches no other', async () => {
    const strange = await sim.stripe.webhookEndpoints.create({ url: URL_A, enabled_events: ['*'] });
    const before = await register('op-1');
    const after = await register('op-2');
    const kept = (await listed()).map(({ id }) => id);
    expect(kept.sort()).toEqual([strange.id, after.endpointId].sort());
    expect(kept).not.toContain(before.endpointId);
  });

  it('remove takes it away, and once is enough', async () => {
    const { endpointId = '' } = await register('op-1');
    const remove = () =>
      endpoints.remove.ask(
        askingOf(endpoints.remove.prepare({ endpointId, operationId: 'op-9' }, sim.context()), 'op-9'),
        sim.context(),
      );
    expect(await remove()).toMatchObject({ answer: 'completed', endpointId });
    expect(await remove()).toMatchObject({ answer: 'completed' });
    expect(await listed()).toEqual([]);
  });

  it('an answer that never came is unknown, and the next asking brings the secret', async () => {
    await sim.control.addFault({
      match: { method: 'POST', path: '/v1/webhook_endpoints' },
      effect: 'drop_after',
      times: 2,
    });
    expect(await register('op-1')).toMatchObject({ answer: 'unknown', problem: { class: 'ambiguous' } });
    expect(await register('op-1')).toMatchObject({ answer: 'completed', secret: expect.any(String) });
    expect(await listed()).toHaveLength(1);
  });

  it('gets past an error that is stored under the key, with one endpoint in the end', async () => {
    await sim.control.addFault({ match: { method: 'POST', path: '/v1/webhook_endpoints' }, effect: 'error_500_after' });
    await register('op-1');
    expect(await register('op-1')).toMatchObject({ answer: 'completed', secret: expect.any(String) });
    expect(await listed()).toHaveLength(1);
  });

  it('a refusal is rejected', async () => {
    expect(await register('op-1', 'ftp://psp.example/webhooks')).toMatchObject({ answer: 'rejected' });
  });
});
