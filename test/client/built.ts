/** The client module as a shop gets it: one built file, imported, with a storefront and a Stripe that tests play. */
import { build } from 'esbuild';
import { vi } from 'vitest';
import type { Asking, ExpressCart, Method } from '../../src/client/types.js';

/** The module's code as it is published. */
export async function builtClient(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/client/index.ts'],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    minify: true,
    legalComments: 'none',
    write: false,
  });
  return outputFiles[0]!.text;
}

// The module's types speak of the DOM, which tests in Node do not have.
/* eslint-disable @typescript-eslint/no-explicit-any */
export interface Client {
  createCheckout(options: any): any;
  CheckoutError: new (...given: any[]) => Error;
}

export async function importClient(): Promise<Client> {
  const code = await builtClient();
  return (await import(`data:text/javascript;base64,${Buffer.from(code).toString('base64')}`)) as Client;
}

export const METHOD: Method = {
  providerName: 'stripe',
  name: 'Credit Card',
  checkoutConfiguration: {
    strategy: 'express-checkout',
    scripts: [{ url: 'https://js.stripe.com/endive/stripe.js' }],
    paymentServiceProviderData: {
      publishableKey: 'pk_test_1',
      captureMethod: 'manual',
      methods: ['apple_pay', 'google_pay'],
    },
  },
};

export const CART: Asking = {
  quote: {
    currency: { code: 'EUR' },
    customer: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' },
    billingAddress: { iso2Code: 'DE' },
  },
  amount: 12_000,
};

export const EXPRESS_CART: ExpressCart = {
  quote: { currency: { code: 'EUR' } },
  amount: 5_390,
  lineItems: [{ name: 'Lantern', amount: 4_900 }],
  shippingRates: [{ id: 'standard', displayName: 'Standard', amount: 490 }],
};

export interface Heard {
  url: string;
  type: string;
  attributes: any;
  headers: Record<string, string>;
}

/** Answers in order, the last one for ever; a number is a status, an error is a broken line. */
export type Reply = Record<string, unknown> | number | Error;

export interface Storefront {
  fetch: typeof fetch;
  heard: Heard[];
  /** Answers of one endpoint from now on. */
  answers(type: string, ...replies: Reply[]): void;
  of(type: string): Heard[];
}

export const SESSION = { transactionId: 'pi_1', clientSecret: 'pi_1_secret_x', publishableKey: 'pk_test_1' };
export const FAULT = { status: 422, code: null, detail: 'Payment method not found', source: { pointer: '/data' } };

export function playStorefront(): Storefront {
  const heard: Heard[] = [];
  const plan = new Map<string, Reply[]>([
    ['payments', [{ isSuccessful: true, error: null, preOrderPaymentData: SESSION }]],
    ['payment-cancellations', [{ isSuccessful: true, error: null, preOrderPaymentData: [] }]],
    ['payment-customers', [{ customer: { firstName: 'Grace', email: 'grace@example.com' } }]],
  ]);
  const answer = async (url: string, init: RequestInit): Promise<Response> => {
    const { data } = JSON.parse(String(init.body)) as { data: { type: string; attributes: unknown } };
    heard.push({ url, ...data, headers: init.headers as Record<string, string> });
    const replies = plan.get(data.type)!;
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
    if (reply instanceof Error) throw reply;
    if (typeof reply === 'number') return new Response(JSON.stringify({ errors: [FAULT] }), { status: reply });
    return new Response(JSON.stringify({ data: { type: data.type, id: null, attributes: reply } }), { status: 201 });
  };
  return {
    fetch: vi.fn(answer) as unknown as typeof fetch,
    heard,
    answers: (type, ...replies) => plan.set(type, replies),
    of: (type) => heard.filter((one) => one.type === type),
  };
}

/** Stripe.js as far as the module uses it. Elements keep their listeners; `ready` comes at once. */
export function playStripe() {
  const elements: any[] = [];
  const element = (type: string, options: any, group: any) => {
    const listeners = new Map<string, ((event: any) => unknown)[]>();
    const made = {
      type,
      options,
      group,
      destroy: vi.fn(),
      on: (name: string, listener: (event: any) => unknown) =>
        listeners.set(name, [...(listeners.get(name) ?? []), listener]),
      tell: (name: string, event: any = {}) => Promise.all((listeners.get(name) ?? []).map((one) => one(event))),
      mount: () => void made.tell('ready', { availablePaymentMethods: { applePay: true, googlePay: false } }),
    };
    elements.push(made);
    return made;
  };
  const stripe = {
    created: [] as any[],
    elementsMade: elements,
    elements: vi.fn((options: any) => {
      const group: any = {
        options,
        create: (type: string, given: any) => element(type, given, group),
        update: vi.fn(),
        submit: vi.fn(async () => ({})),
        fetchUpdates: vi.fn(async () => ({})),
      };
      return group;
    }),
    confirmPayment: vi.fn(async (_options: any): Promise<any> => ({
      paymentIntent: { id: 'pi_1', status: 'requires_capture' },
    })),
    retrievePaymentIntent: vi.fn(async (_secret: string): Promise<any> => ({
      paymentIntent: { id: 'pi_9', status: 'succeeded' },
    })),
    createConfirmationToken: vi.fn(async (_options: any): Promise<any> => ({ confirmationToken: { id: 'ctoken_1' } })),
  };
  vi.stubGlobal('Stripe', (key: string, options: any) => {
    stripe.created.push({ key, options });
    return stripe;
  });
  return stripe;
}
