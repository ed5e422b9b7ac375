/** The client's plain types against the shapes of the storefront endpoints: the compiler is the test. */
import { describe, expectTypeOf, it } from 'vitest';
import type {
  CancellationAttributes,
  CustomerDocument,
  ExpressQuote as ExpressQuoteShape,
  PaymentAttributes,
  Quote as QuoteShape,
} from '../../src/contract/facade-shapes.js';
import type { Customer, ExpressQuote, PreOrderPaymentData, Quote } from '../../src/client/types.js';

describe('what front-ends send', () => {
  it('fits the contract', () => {
    expectTypeOf<Quote>().toExtend<QuoteShape>();
    expectTypeOf<ExpressQuote>().toExtend<ExpressQuoteShape>();
    expectTypeOf<Quote>().toExtend<PaymentAttributes['quote']>();
    expectTypeOf<PreOrderPaymentData>().toExtend<CancellationAttributes['preOrderPaymentData']>();
  });

  it('says all that the contract knows', () => {
    expectTypeOf<keyof QuoteShape>().toEqualTypeOf<keyof Quote>();
    expectTypeOf<keyof ExpressQuoteShape>().toEqualTypeOf<keyof ExpressQuote>();
    expectTypeOf<keyof NonNullable<QuoteShape['billingAddress']>>().toEqualTypeOf<keyof Quote['billingAddress']>();
    expectTypeOf<keyof QuoteShape['customer']>().toEqualTypeOf<keyof Quote['customer']>();
  });
});

describe('what front-ends read', () => {
  it('is what the contract answers', () => {
    type Told = CustomerDocument['data']['attributes']['customer'];
    expectTypeOf<Told>().toExtend<Customer>();
    expectTypeOf<keyof Told>().toEqualTypeOf<keyof Customer>();
  });
});
