/** What may stand in the app's own settings. */
import { describe, expect, it } from 'vitest';
import { ownFaults } from '../../src/domain/own-settings.js';

const LIVE = { mode: 'live', isSandbox: false } as const;
const properties = (settings: Record<string, unknown>): string[] =>
  ownFaults(settings, LIVE).map(({ property }) => property);

describe('ownFaults', () => {
  it.each([
    ['none of them', {}],
    ['null', { facade: null, unwantedMessages: null, cancel: null, returnUrlAllowList: null }],
    ['what a shop sends for empty maps', { unwantedMessages: [], cancel: [], returnUrlAllowList: [] }],
    ['an empty choice', { cancel: { captured: '' } }],
    ['a cancel that is refused', { cancel: { captured: 'refuse' } }],
    ['a cancel that gives back', { cancel: { captured: 'reverse' } }],
    [
      'origins to return to, also without https',
      { returnUrlAllowList: ['https://shop.example', 'http://a.localhost:8080'] },
    ],
    ['messages by name', { unwantedMessages: ['PaymentCreated', 'PaymentUpdated'] }],
  ])('takes %s', (_, settings) => {
    expect(ownFaults(settings, LIVE)).toEqual([]);
  });

  it.each([
    ['another word for a cancel', { cancel: { captured: 'refund' } }, ['cancel.captured']],
    ['an address to return to, instead of an origin', { returnUrlAllowList: ['https://a.example', 'https://b.example/'] }, ['returnUrlAllowList.1']],
    ['a text instead of a list', { returnUrlAllowList: 'https://a.example' }, ['returnUrlAllowList']],
    ['a message every shop needs', { unwantedMessages: ['PaymentCaptured'] }, ['unwantedMessages']],
    ['a wrong origin of a storefront', { facade: { enabled: true, origins: ['x'] } }, ['facade.origins.0']],
    ['all at once', { facade: 7, unwantedMessages: 'x', cancel: { captured: 1 }, returnUrlAllowList: [7] },
      ['facade', 'unwantedMessages', 'cancel.captured', 'returnUrlAllowList.0']],
  ])('refuses %s', (_, settings, wrong) => {
    expect(properties(settings)).toEqual(wrong);
  }); // prettier-ignore

  it('says what is wanted, never what was seen', () => {
    const secret = 'sk_live_in_the_wrong_field';
    const settings = { facade: { enabled: secret, origins: [secret], jwksUri: secret }, unwantedMessages: [secret] };
    const faults = ownFaults({ ...settings, cancel: { captured: secret }, returnUrlAllowList: [secret] }, LIVE);
    expect(faults).toHaveLength(6);
    expect(JSON.stringify(faults)).not.toContain(secret);
  });
});
