/** A checkout on the shop's own page: what it asks of the storefront endpoints and of Stripe's script, and when. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { builtClient, CART, FAULT, importClient, METHOD, playStorefront, playStripe, SESSION } from './built.js';
import type { Client, Storefront } from './built.js';

const LIMIT_BYTES = 10 * 1024;
const RETURN = { returnUrl: 'https://shop.example/return' };

let client: Client;
let storefront: Storefront;
let stripe: ReturnType<typeof playStripe>;
beforeAll(async () => {
  client = await importClient();
});
beforeEach(() => {
  storefront = playStorefront();
  stripe = playStripe();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function open(more: Record<string, unknown> = {}) {
  const { fetch } = storefront;
  const given = { url: 'https://pay.example/', tenant: 'shop', customer: { guestId: 'guest-1' }, locale: 'de_AT' };
  return client.createCheckout({ ...given, method: METHOD, fetch, ...more });
}

async function mounted() {
  const checkout = open();
  await checkout.init(CART);
  await checkout.mount({});
  return checkout;
}

describe('the published module', () => {
  it('is one file below ten kilobytes compressed, that imports nothing and keeps nothing', async () => {
    const code = await builtClient();
    expect(gzipSync(code).length).toBeLessThan(LIMIT_BYTES);
    expect(code).not.toMatch(/\bimport\b|\brequire\(|localStorage|sessionStorage|indexedDB|cookie|console\./);
    expect(code).toMatch(/export\{/);
  });
});

describe('asking for a payment', () => {
  it('sends a JSON:API document with tenant, guest, language and a key of its own', async () => {
    const name = await open().init(CART);
    const [asked] = storefront.heard;
    expect(asked).toMatchObject({
      url: 'https://pay.example/payments',
      type: 'payments',
      attributes: {
        quote: CART.quote,
        payment: { paymentProviderName: 'stripe', paymentMethodName: 'Credit Card', amount: 12_000 },
        preOrderPaymentData: {},
      },
      headers: {
        'x-tenant-identifier': 'shop',
        'x-anonymous-customer-unique-id': 'guest-1',
        'accept-language': 'de-AT',
        'content-type': 'application/vnd.api+json',
      },
    });
    expect(asked!.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(name).toEqual({ transactionId: 'pi_1', publishableKey: 'pk_test_1' });
  });

  it('a tenant whose name is beyond ASCII is named in UTF-8, byte for byte', async () => {
    await open({ tenant: 'Übershop 店' }).init(CART);
    const sent = storefront.heard[0]!.headers['x-tenant-identifier'] ?? '';
    expect(Buffer.from(sent, 'latin1').toString('utf8')).toBe('Übershop 店');
  });

  it('a customer who is logged in is known by the bearer token', async () => {
    await open({ customer: { accessToken: 'abc' } }).init(CART);
    expect(storefront.heard[0]!.headers).toMatchObject({ authorization: 'Bearer abc' });
    expect(storefront.heard[0]!.headers).not.toHaveProperty('x-anonymous-customer-unique-id');
  });

  it('a changed cart names the same payment and never sends the client secret back', async () => {
    const checkout = open();
    await checkout.init(CART);
    await checkout.update({ ...CART, amount: 9_000 });
    const [, changed] = storefront.heard;
    expect(changed!.attributes).toMatchObject({
      payment: { amount: 9_000 },
      preOrderPaymentData: { transactionId: 'pi_1' },
    });
    expect(JSON.stringify(changed)).not.toContain('_secret_');
    expect(changed!.headers['idempotency-key']).not.toBe(storefront.heard[0]!.headers['idempotency-key']);
  });

  it('of many quick changes only the first and the last are sent, and all callers wait for the last', async () => {
    const checkout = open();
    await checkout.init(CART);
    await Promise.all([1, 2, 3, 4, 5].map((step) => checkout.update({ ...CART, amount: step * 1000 })));
    expect(storefront.heard.map(({ attributes }) => attributes.payment.amount)).toEqual([12_000, 1000, 5000]);
  });

  it.each([0, -1, 1.5, Number.NaN])('an amount of %s is refused before anything is sent', async (amount) => {
    await expect(open().init({ ...CART, amount })).rejects.toMatchObject({ code: 'misuse' });
    expect(storefront.heard).toEqual([]);
  });

  it('a change before the first payment is misuse', async () => {
    await expect(open().update(CART)).rejects.toMatchObject({ code: 'misuse' });
  });
});

describe('when the network fails', () => {
  it('the same request is sent again with the same key', async () => {
    vi.useFakeTimers();
    storefront.answers('payments', new TypeError('offline'), 503, { preOrderPaymentData: SESSION });
    const asked = open().init(CART);
    await vi.runAllTimersAsync();
    expect(await asked).toMatchObject({ transactionId: 'pi_1' });
    expect(new Set(storefront.heard.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(storefront.heard).toHaveLength(3);
  });

  it('after three tries the caller learns it, and nothing is paid before a change has arrived', async () => {
    const checkout = await mounted();
    vi.useFakeTimers();
    storefront.answers('payments', new TypeError('offline'));
    const failing = checkout.update({ ...CART, amount: 100 }).catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await failing).toMatchObject({ name: 'CheckoutError', code: 'unreachable', errors: [] });
    expect(storefront.heard).toHaveLength(4);
    await expect(checkout.confirm(RETURN)).rejects.toMatchObject({ code: 'stale' });
    expect(stripe.confirmPayment).not.toHaveBeenCalled();
    storefront.answers('payments', { preOrderPaymentData: SESSION });
    await checkout.update(CART);
    expect(await checkout.confirm(RETURN)).toMatchObject({ outcome: 'paid' });
  });
});

describe('whoever asks again for what was not answered', () => {
  it('asks with the same key, and with another one for anything else', async () => {
    vi.useFakeTimers();
    const checkout = open();
    const asking = async (cart: object) => {
      const asked = checkout.init(cart).catch(() => undefined);
      await vi.runAllTimersAsync();
      await asked;
      return storefront.heard.at(-1)!.headers['idempotency-key'];
    };
    storefront.answers('payments', new TypeError('offline'));
    const first = await asking(CART);
    expect(await asking({ ...CART, amount: 1 })).not.toBe(first);
    storefront.answers('payments', { preOrderPaymentData: SESSION });
    expect(await asking(CART)).toBe(first);
    storefront.answers('payments', 503, 503, 503, { preOrderPaymentData: SESSION });
    const busy = await asking({ ...CART, amount: 2 });
    expect(await asking({ ...CART, amount: 2 })).toBe(busy);
    expect(await asking(CART)).not.toBe(first);
  });
});

describe('a refusal', () => {
  it('is an error with the status and every fault with its place, and is not repeated', async () => {
    storefront.answers('payments', 422);
    const { detail, source } = FAULT;
    await expect(open().init(CART)).rejects.toMatchObject({
      name: 'CheckoutError',
      code: 'refused',
      status: 422,
      message: detail,
      errors: [{ detail, pointer: source.pointer }],
    });
    expect(storefront.heard).toHaveLength(1);
  });

  it('an answer without a transaction counts as one', async () => {
    storefront.answers('payments', { preOrderPaymentData: {} });
    await expect(open().init(CART)).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('paying', () => {
  it('shows the fields of the payment, pays with them, and tells what the shop’s server needs', async () => {
    const checkout = await mounted();
    expect(stripe.created[0]).toEqual({ key: 'pk_test_1', options: { locale: 'de' } });
    expect(stripe.elements.mock.calls[0]![0]).toEqual({ clientSecret: SESSION.clientSecret });
    const result = await checkout.confirm(RETURN);
    expect(stripe.confirmPayment.mock.calls[0]![0]).toMatchObject({
      confirmParams: { return_url: RETURN.returnUrl },
      redirect: 'if_required',
    });
    expect(result).toEqual({
      outcome: 'paid',
      preOrderPaymentData: { transactionId: 'pi_1', publishableKey: 'pk_test_1' },
    });
  });

  it('a double click pays once, and a click afterwards gets the same result', async () => {
    const checkout = await mounted();
    const results = await Promise.all([checkout.confirm(RETURN), checkout.confirm(RETURN)]);
    expect(await checkout.confirm(RETURN)).toEqual(results[0]);
    expect(results[1]).toEqual(results[0]);
    expect(stripe.confirmPayment).toHaveBeenCalledTimes(1);
  });

  it('waits for a change of the cart that is under way', async () => {
    const checkout = await mounted();
    const changing = checkout.update({ ...CART, amount: 100 });
    const paying = checkout.confirm(RETURN);
    expect(stripe.confirmPayment).not.toHaveBeenCalled();
    await Promise.all([changing, paying]);
    expect(storefront.of('payments')).toHaveLength(2);
  });

  const declined = { type: 'card_error', code: 'card_declined', message: 'Abgelehnt.' };
  it.each([
    [{ paymentIntent: { id: 'pi_1', status: 'succeeded' } }, { outcome: 'paid' }],
    [{ paymentIntent: { id: 'pi_1', status: 'processing' } }, { outcome: 'processing' }],
    [{ paymentIntent: { id: 'pi_1', status: 'canceled' } }, { outcome: 'canceled' }],
    [{ error: declined }, { outcome: 'failed', message: 'Abgelehnt.', code: 'card_declined' }],
    [{ error: { type: 'api_error', message: 'internal words' } }, { outcome: 'failed', code: 'api_error' }],
    [
      { error: { type: 'invalid_request_error', payment_intent: { id: 'pi_1', status: 'requires_capture' } } },
      { outcome: 'paid' },
    ],
    [
      {
        paymentIntent: {
          id: 'pi_1',
          status: 'requires_action',
          next_action: { type: 'display_bank_transfer_instructions' },
        },
      },
      { outcome: 'processing' },
    ],
  ])('%j is told as %j', async (answer, told) => {
    const checkout = await mounted();
    stripe.confirmPayment.mockResolvedValueOnce(answer);
    const { preOrderPaymentData, ...result } = await checkout.confirm(RETURN);
    expect(result).toEqual(told);
    expect(preOrderPaymentData.transactionId).toBe('pi_1');
  });

  it('after a decline the customer tries again', async () => {
    const checkout = await mounted();
    stripe.confirmPayment.mockResolvedValueOnce({ error: declined });
    expect(await checkout.confirm(RETURN)).toMatchObject({ outcome: 'failed' });
    expect(await checkout.confirm(RETURN)).toMatchObject({ outcome: 'paid' });
  });

  it('incomplete fields are told without asking Stripe to pay', async () => {
    const checkout = await mounted();
    const [group] = stripe.elements.mock.results.map(({ value }) => value);
    group.submit.mockResolvedValueOnce({ error: { type: 'validation_error', message: 'Fehlt.' } });
    expect(await checkout.confirm(RETURN)).toMatchObject({ outcome: 'failed', message: 'Fehlt.' });
    expect(stripe.confirmPayment).not.toHaveBeenCalled();
  });

  it('what Stripe’s script throws becomes our error, without the client secret', async () => {
    const checkout = await mounted();
    stripe.confirmPayment.mockRejectedValueOnce(new Error('You specified: pi_1_secret_x.'));
    await expect(checkout.confirm(RETURN)).rejects.toMatchObject({
      name: 'CheckoutError',
      message: 'You specified: ….',
    });
  });

  it('without fields is misuse', async () => {
    const checkout = open();
    await checkout.init(CART);
    await expect(checkout.confirm(RETURN)).rejects.toMatchObject({ code: 'misuse' });
  });

  it('the next payment after a paid one is a new one', async () => {
    const checkout = await mounted();
    await checkout.confirm(RETURN);
    await expect(checkout.update(CART)).rejects.toMatchObject({ code: 'misuse' });
    await checkout.init(CART);
    expect(storefront.of('payments').at(-1)!.attributes.preOrderPaymentData).toEqual({});
  });
});

describe('fields after a change of the cart', () => {
  it('are brought up to date', async () => {
    const checkout = await mounted();
    await checkout.update({ ...CART, amount: 100 });
    expect(stripe.elements.mock.results[0]!.value.fetchUpdates).toHaveBeenCalledTimes(1);
    expect(stripe.elementsMade).toHaveLength(1);
  });

  it('are made anew when the payment was replaced', async () => {
    const checkout = await mounted();
    storefront.answers('payments', {
      preOrderPaymentData: { ...SESSION, transactionId: 'pi_2', clientSecret: 'pi_2_secret_y' },
    });
    await checkout.update({ ...CART, amount: 100 });
    const [first, second] = stripe.elementsMade;
    expect(first.destroy).toHaveBeenCalledTimes(1);
    expect(second.group.options).toEqual({ clientSecret: 'pi_2_secret_y' });
    const { preOrderPaymentData } = await checkout.confirm(RETURN);
    expect(preOrderPaymentData.transactionId).toBe('pi_2');
    expect(stripe.confirmPayment.mock.calls[0]![0].elements).toBe(second.group);
  });
});

describe('giving up', () => {
  it('cancels the payment once, removes the fields and begins anew', async () => {
    const checkout = await mounted();
    await checkout.cancel();
    await checkout.cancel();
    const canceled = storefront.of('payment-cancellations');
    expect(canceled).toHaveLength(1);
    expect(canceled[0]!.attributes).toMatchObject({
      payment: { paymentMethodName: 'Credit Card' },
      preOrderPaymentData: { transactionId: 'pi_1' },
    });
    expect(stripe.elementsMade[0].destroy).toHaveBeenCalledTimes(1);
    await checkout.init(CART);
    expect(storefront.of('payments').at(-1)!.attributes.preOrderPaymentData).toEqual({});
  });

  it('is also possible after paying, so that the money is released', async () => {
    const checkout = await mounted();
    await checkout.confirm(RETURN);
    await checkout.cancel();
    expect(storefront.of('payment-cancellations')).toHaveLength(1);
  });

  it('without a payment asks nothing', async () => {
    await open().cancel();
    expect(storefront.heard).toEqual([]);
  });
});

describe('coming back from another site', () => {
  const back = (query: string) => {
    const replaceState = vi.fn();
    vi.stubGlobal('location', { href: `https://shop.example/checkout?cart=1${query}` });
    vi.stubGlobal('history', { state: null, replaceState });
    return replaceState;
  };

  it('tells how it went, and takes the secret out of the address first', async () => {
    const replaceState = back(
      '&payment_intent=pi_9&payment_intent_client_secret=pi_9_secret_z&redirect_status=succeeded',
    );
    const result = await open().resume();
    expect(result).toEqual({ outcome: 'paid', preOrderPaymentData: { transactionId: 'pi_9' } });
    expect(stripe.retrievePaymentIntent).toHaveBeenCalledWith('pi_9_secret_z');
    expect(String(replaceState.mock.calls[0]![2])).toBe('https://shop.example/checkout?cart=1');
  });

  it('whoever gave up there goes on with the same payment', async () => {
    back('&payment_intent=pi_9&payment_intent_client_secret=pi_9_secret_z&redirect_status=failed');
    stripe.retrievePaymentIntent.mockResolvedValueOnce({
      paymentIntent: { id: 'pi_9', status: 'requires_payment_method' },
    });
    const checkout = open();
    expect(await checkout.resume()).toMatchObject({ outcome: 'failed' });
    await checkout.init(CART);
    expect(storefront.heard[0]!.attributes.preOrderPaymentData).toEqual({ transactionId: 'pi_9' });
  });

  it('whoever comes from elsewhere is told nothing', async () => {
    back('');
    expect(await open().resume()).toBeUndefined();
    expect(stripe.created).toEqual([]);
  });
});

describe('Stripe’s script', () => {
  it('that nobody names is told', async () => {
    vi.unstubAllGlobals();
    const checkout = open({ method: { ...METHOD, checkoutConfiguration: {} } });
    await checkout.init(CART);
    await expect(checkout.mount({})).rejects.toMatchObject({ code: 'script' });
  });

  it('is loaded once, and again after it could not be loaded', async () => {
    vi.unstubAllGlobals();
    const tags: { src?: string; onload?: () => void; onerror?: () => void; remove(): void }[] = [];
    vi.stubGlobal('document', {
      createElement: () => ({ remove: vi.fn() }),
      head: { append: (tag: (typeof tags)[number]) => tags.push(tag) },
    });
    const checkout = open();
    await checkout.init(CART);
    const failing = checkout.mount({}).catch((error: unknown) => error);
    await vi.waitFor(() => expect(tags).toHaveLength(1));
    tags[0]!.onerror!();
    expect(await failing).toMatchObject({ code: 'script', message: expect.stringContaining('https://js.stripe.com') });
    const mounting = Promise.all([checkout.mount({}), checkout.mount({})]);
    await vi.waitFor(() => expect(tags).toHaveLength(2));
    stripe = playStripe();
    tags[1]!.onload!();
    await mounting;
    expect(tags.map(({ src }) => src)).toEqual(Array(2).fill(METHOD.checkoutConfiguration!.scripts![0]!.url));
  });
});
