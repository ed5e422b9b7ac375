/** Customers on the wire, in and out. */
import { describe, expect, it } from 'vitest';
import { validateResponse } from '../../src/contract/check.js';
import { customerAnswer, toCustomer, toPspData } from '../../src/contract/customer.js';

describe('customerAnswer', () => {
  it('has every member, with null for what nobody knows, and fits its shape', () => {
    const answer = customerAnswer({ firstName: 'Ada', shippingAddress: { city: 'Berlin', country: 'DE' } });
    expect(validateResponse('customer', 200, answer)).toBeUndefined();
    expect(validateResponse('customer', 200, customerAnswer({}))).toBeUndefined();
    const { customer } = answer as { customer: Record<string, unknown> };
    expect(customer).toMatchObject({ firstName: 'Ada', lastName: null, locale: null, billingAddress: null });
    expect(customer['shippingAddress']).toMatchObject({ city: 'Berlin', country: 'DE', iso2Code: 'DE', state: null });
  });

  it('is refused without the key, and with one that is not promised', () => {
    const answer = customerAnswer({});
    expect(validateResponse('customer', 200, { ...answer, customer: undefined })).toBeDefined();
    expect(validateResponse('customer', 200, { ...answer, payment: 'x' })).toBeDefined();
  });
});

describe('toCustomer', () => {
  it('takes both spellings, addresses in lists of one, and countries as objects', () => {
    const told = {
      first_name: 'Ada',
      billing_address: [{ zip_code: '10115', country: { iso2_code: 'DE' } }],
      shippingAddress: { city: 'Paris', iso2Code: 'FR' },
    };
    expect(toCustomer(told)).toEqual({
      firstName: 'Ada',
      billingAddress: { zipCode: '10115', country: 'DE' },
      shippingAddress: { city: 'Paris', country: 'FR' },
    });
  });

  it.each([[undefined], [{}], [{ email: null, phone: '', gender: ' ', billingAddress: [], idCustomer: 7 }]])(
    'of %j is nobody',
    (told) => expect(toCustomer(told)).toEqual({}),
  );
});

describe('toPspData', () => {
  it('is plain text by camelCase name; what is empty or no text is absent', () => {
    const told = { transaction_id: 'pi_1', confirmationTokenId: '', x: null, y: { z: 1 } };
    expect(toPspData(told)).toEqual({ transactionId: 'pi_1' });
    expect(toPspData(undefined)).toEqual({});
  });
});
