/** Checking settings by asking Stripe: good, wrong, mixed, revoked and under-scoped keys, and what stays behind. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStripeConnector } from '../../../src/connectors/stripe/index.js';
import type { Settings } from '../../../src/kit/index.js';
import { SETTINGS } from './given.js';
import type { Simulated } from './simulated.js';
import { impatient, simulated } from './simulated.js';

const connector = createStripeConnector({ retries: 0 });
let sim: Simulated;
beforeAll(async () => {
  sim = await simulated();
});
afterAll(() => sim.close());
beforeEach(() => sim.control.reset());

const validate = (more: Settings = {}, now?: () => number) =>
  connector.validate({ ...SETTINGS, ...more }, sim.context({ ...SETTINGS, ...more }, now));
const properties = async (more: Settings) => (await validate(more)).errors.map(({ property }) => property);

describe('validate', () => {
  it('accepts a pair of keys, and leaves nothing open at Stripe', async () => {
    expect(await validate()).toEqual({ isValid: true, errors: [], warnings: [] });
    const { data } = await sim.stripe.paymentIntents.list();
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({ status: 'canceled', metadata: { psp_probe: '1' } });
    expect(await sim.control.unsupported()).toEqual([]);
  });

  it('reads alone when nothing may be made at Stripe, and says what it cannot know', async () => {
    const settings = { ...SETTINGS, publishableKey: 'pk_test_another' };
    const report = await connector.validate(settings, sim.context(settings), { readsOnly: true });
    expect(report).toEqual({ isValid: true, errors: [], warnings: [expect.stringContaining('when you save')] });
    expect((await sim.control.requests()).map(({ method }) => method)).toEqual(['GET', 'GET']);
    await sim.control.addFault({ match: { path: '/v1/payment_intents/*' }, effect: 'unauthorized' });
    expect((await connector.validate(settings, sim.context(settings), { readsOnly: true })).errors).toEqual([
      { property: 'publishableKey', errorMessages: ['Stripe does not know this publishable key.'] },
    ]);
  });

  it('accepts the account the key belongs to, and no other', async () => {
    const { id } = await sim.stripe.accounts.retrieveCurrent();
    expect(await properties({ accountId: id })).toEqual([]);
    expect(await properties({ accountId: 'acct_other' })).toEqual(['accountId']);
  });

  it('sees that two good keys belong to different accounts', async () => {
    expect(await properties({ publishableKey: 'pk_test_another' })).toEqual(['publishableKey']);
    expect((await sim.stripe.paymentIntents.list()).data.every(({ status }) => status === 'canceled')).toBe(true);
  });

  it('asks nothing when the keys are of different modes', async () => {
    expect(await properties({ publishableKey: 'pk_live_x' })).toEqual(['publishableKey']);
    expect(await sim.control.requests()).toEqual([]);
  });

  it('refuses a revoked key', async () => {
    await sim.control.addFault({ effect: 'unauthorized', times: 9 });
    const report = await validate();
    expect(report).toMatchObject({ isValid: false, errors: [{ property: 'secretKey' }] });
    expect(report.errors[0]?.errorMessages[0]).toMatch(/revoked/);
  });

  it('goes on when a restricted key may not read its account', async () => {
    await sim.control.addFault({ match: { path: '/v1/account' }, effect: 'forbidden' });
    const report = await validate({ accountId: 'acct_any' });
    expect(report).toMatchObject({ isValid: true, warnings: [expect.stringContaining('accountId')] });
  });

  it('names the missing right to create payments', async () => {
    await sim.control.addFault({ match: { method: 'POST', path: '/v1/payment_intents' }, effect: 'forbidden' });
    const { errors } = await validate();
    expect(errors).toEqual([{ property: 'secretKey', errorMessages: [expect.stringContaining('PaymentIntents')] }]);
  });

  it.each(['error_500', 'rate_limit', 'drop_before', 'truncated'] as const)(
    'refuses when Stripe gives %s, and says that it was not reached',
    async (effect) => {
      await sim.control.addFault({ effect, times: 9 });
      const { errors } = await validate();
      expect(errors).toEqual([
        { property: 'secretKey', errorMessages: [expect.stringContaining('could not be reached')] },
      ]);
    },
  );

  it('refuses when Stripe hangs, in time', async () => {
    await sim.control.addFault({ effect: 'hang', times: 9 });
    const report = await impatient({ timeoutMs: 300 }).validate(SETTINGS, sim.context());
    expect(report.errors[0]?.errorMessages[0]).toContain('could not be reached');
  });

  it('checks a payment method configuration', async () => {
    expect(await properties({ paymentMethodConfigurationId: 'pmc_unknown' })).toEqual(['paymentMethodConfigurationId']);
    const { data } = await sim.stripe.paymentMethodConfigurations.list();
    expect(await properties({ paymentMethodConfigurationId: data[0]?.id })).toEqual([]);
  });

  it('warns when the clocks differ', async () => {
    const { warnings, isValid } = await validate({}, () => Date.now() + 120_000);
    expect(isValid).toBe(true);
    expect(warnings).toEqual([expect.stringMatching(/differ by 1[12]\d seconds/)]);
  });

  it('never tells a key, neither in a report nor in the log', async () => {
    await sim.control.addFault({ effect: 'unauthorized', times: 3 });
    const reports = [
      await validate(),
      await validate({ publishableKey: 'pk_test_another' }),
      await validate({ secretKey: 'sk_live_canary1234' }),
    ];
    expect(JSON.stringify([reports, sim.logged])).not.toMatch(/canary/);
  });
});
