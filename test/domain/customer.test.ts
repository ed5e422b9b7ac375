import { describe, expect, it } from 'vitest';
import { isNobody, overlaid, splitName } from '../../src/domain/customer.js';

describe('splitName', () => {
  it.each([
    [undefined, {}],
    ['', {}],
    ['  ', {}],
    ['Ada', { firstName: 'Ada' }],
    ['Ada Lovelace', { firstName: 'Ada', lastName: 'Lovelace' }],
    ['  Ada   King  Lovelace ', { firstName: 'Ada King', lastName: 'Lovelace' }],
    ['Ludwig van Beethoven', { firstName: 'Ludwig', lastName: 'van Beethoven' }],
    ['Johanna Maria von der Leyen', { firstName: 'Johanna Maria', lastName: 'von der Leyen' }],
    ['Van Morrison', { firstName: 'Van', lastName: 'Morrison' }],
    ['Zoë Müller-Lüdenscheidt', { firstName: 'Zoë', lastName: 'Müller-Lüdenscheidt' }],
  ])('%j is %j', (name, parts) => expect(splitName(name)).toEqual(parts));
});

describe('overlaid', () => {
  it('what the upper one does not know is the lower one’s; addresses are whole', () => {
    const lower = { firstName: 'Ada', email: 'old@example.com', billingAddress: { city: 'Berlin', country: 'DE' } };
    const upper = { email: 'new@example.com', billingAddress: { country: 'FR' } };
    expect(overlaid(lower, upper)).toEqual({ firstName: 'Ada', ...upper });
    expect(overlaid(lower, {})).toEqual(lower);
  });
});

describe('isNobody', () => {
  it('is true only of who has no member at all', () => {
    expect([isNobody({}), isNobody({ email: 'x' })]).toEqual([true, false]);
  });
});
