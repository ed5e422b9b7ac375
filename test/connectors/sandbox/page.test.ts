/** What follows from each choice on the page, as the amount or the settings have it. */
import { describe, expect, it } from 'vitest';
import { sandboxConnector } from '../../../src/connectors/sandbox/index.js';
import type { Settings } from '../../../src/kit/index.js';
import { contextOf, paymentOf, settings, START } from './support.js';

const page = sandboxConnector.page!;
const at = new Date(START).toISOString();
const choose = (choice: string, amount = 12_000, more: Settings = {}) =>
  page.choose!(choice, paymentOf({ amount }), contextOf({ ...settings, ...more }));

describe('choose', () => {
  it('pay reserves the whole amount, or takes it when capture is automatic', () => {
    expect(choose('pay')).toEqual({ facts: [{ kind: 'authorized', amount: 12_000, at }] });
    const automatic = choose('pay', 12_000, { capture: { mode: 'automatic' } });
    expect(automatic).toEqual({ facts: [{ kind: 'captured', amount: 12_000, final: true, at }] });
  });

  it('pay follows the digits of the amount', () => {
    for (const digits of [21, 25, 26]) {
      expect(choose('pay', 12_000 + digits)).toEqual({ facts: [], message: expect.stringContaining('21 decline') });
    }
    expect(choose('pay', 12_022).facts).toMatchObject([{ kind: 'authorization_failed' }]);
    for (const digits of [23, 24])
      expect(choose('pay', 12_000 + digits)).toEqual({ facts: [{ kind: 'processing', at }] });
  });

  it('pay follows the settings', () => {
    const told = choose('pay', 12_000, { outcomes: { authorize: 'decline' } });
    expect(told).toMatchObject({ facts: [], message: expect.stringContaining('declined') });
  });

  it('decline is no fact, fail is final, cancel cancels', () => {
    expect(choose('decline')).toMatchObject({ facts: [], message: expect.any(String) });
    expect(choose('fail').facts).toMatchObject([{ kind: 'authorization_failed', at }]);
    expect(choose('cancel').facts).toMatchObject([{ kind: 'canceled', cause: 'external', at }]);
  });

  it('anything else is no fact, also names every object has', () => {
    for (const choice of ['', 'PAY', 'toString', '__proto__', 'constructor']) {
      expect(choose(choice), choice).toEqual({ facts: [], message: expect.stringContaining('pay, decline, cancel') });
    }
  });

  it('is switched off by the settings', () => {
    const off = { capabilities: { page: false } };
    expect(choose('pay', 12_000, off)).toMatchObject({ facts: [], message: expect.stringContaining('switched off') });
    expect(page.mountData({}, { ...settings, ...off })).toEqual({ choices: [] });
    expect(page.mountData({}, settings)).toEqual({ choices: ['pay', 'decline', 'cancel'] });
  });
});
