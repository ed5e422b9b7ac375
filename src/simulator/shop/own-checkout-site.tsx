/** The shop's own checkouts: their pages, and what their code in the browser asks the shop's server. */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatMoney } from '../../domain/money.js';
import { paymentMethods } from './book.js';
import { goes, type PaymentMethod } from './methods.js';
import { boughtBy, cartOf, placePaidOrder, sentTo, type Paid } from './own-checkout.js';
import { EXAMPLE_DRAFT, isRecord, problemsOf, readDraft, type Draft, type Order } from './order.js';
import { ExpressPage } from './pages/express-page.js';
import { HeadlessPage } from './pages/headless-page.js';
import type { OwnCheckoutProps } from './pages/own-checkout-parts.js';
import { frameOf, show } from './replies.js';
import type { Shop } from './shop.js';
import { textsIn } from './texts.js';

const GUEST_COOKIE = 'shop_guest';
/** What the PSP's transaction ids look like, as far as a shop may care. */
const TRANSACTION_ID = /^\w{1,255}$/;

/** Adds both pages and their two questions: what does this cost, and save what was paid. */
export function addOwnCheckouts(server: FastifyInstance, shop: Shop): void {
  server.get('/headless', (request, reply) => showOwn(shop, request, reply, 'fields'));
  server.get('/express', (request, reply) => showOwn(shop, request, reply, 'wallets'));
  server.post('/checkout/cart', (request, reply) => {
    const { draft, isExpress } = draftIn(request.body);
    const problems = problemsIn(draft);
    return reply.status(problems === undefined ? 200 : 400).send(problems ?? cartOf(draft, isExpress));
  });
  server.post('/checkout/orders', async (request, reply) => {
    const paid = paidIn(request.body);
    if (paid === undefined) return reply.status(400).send({ error: 'There is nothing to save' });
    const problems = problemsIn(paid.draft);
    if (problems !== undefined) return reply.status(400).send(problems);
    const { order, problem, isRefused } = await placePaidOrder(shop, paid);
    const { orderReference } = order;
    if (problem !== undefined) return reply.status(isRefused ? 409 : 502).send({ orderReference, error: problem });
    return reply.status(201).send({ orderReference, review: reviewOf(order) });
  });
}

function showOwn(shop: Shop, request: FastifyRequest, reply: FastifyReply, way: 'fields' | 'wallets') {
  const frame = frameOf(shop, request);
  const method = paymentMethods(shop.book).find((known) => goes(known, way));
  const quantities = way === 'fields' ? EXAMPLE_DRAFT.quantities : { lantern: 1 };
  const draft = { ...EXAMPLE_DRAFT, quantities, language: frame.language };
  const props: OwnCheckoutProps = { ...frame, draft, guestId: guestOf(request, reply), ...(method && { method }) };
  reply.header('content-security-policy', policyFor(shop, method));
  return show(request, reply, way === 'fields' ? <HeadlessPage {...props} /> : <ExpressPage {...props} />);
}

/** The same visitor after coming back from another site. */
function guestOf(request: FastifyRequest, reply: FastifyReply): string {
  const known = new RegExp(`${GUEST_COOKIE}=([\\w-]{20,})`).exec(request.headers.cookie ?? '')?.[1];
  const guestId = known ?? randomBytes(24).toString('base64url');
  if (known === undefined) reply.header('set-cookie', `${GUEST_COOKIE}=${guestId}; Path=/; SameSite=Lax; HttpOnly`);
  return guestId;
}

/** The shop's own policy, with the app and wherever the method's script comes from. */
function policyFor({ appUrl }: Shop, method: PaymentMethod | undefined): string {
  const scripts = method?.checkoutConfiguration?.['scripts'];
  const urls = (Array.isArray(scripts) ? scripts : []).flatMap((script) =>
    isRecord(script) && typeof script['url'] === 'string' && URL.canParse(script['url'])
      ? [new URL(script['url'])]
      : [],
  );
  const origins = urls.map(({ origin }) => origin);
  const isStripe = origins.includes('https://js.stripe.com');
  const stripe = (...hosts: string[]) => (isStripe ? hosts : []);
  const own = (name: string, ...more: string[]) => [name, "'self'", ...origins, ...more].join(' ');
  return [
    "default-src 'none'",
    "style-src 'self'",
    own('script-src', ...stripe('https://*.js.stripe.com')),
    own('frame-src', ...stripe('https://*.js.stripe.com', 'https://hooks.stripe.com')),
    own('connect-src', new URL(appUrl).origin, ...stripe('https://api.stripe.com')),
    own('img-src', ...stripe('https://*.stripe.com')),
    "base-uri 'none'",
    "frame-ancestors 'self'",
  ].join('; ');
}

function draftIn(body: unknown): { draft: Draft; isExpress: boolean } {
  const sent = isRecord(body) ? body : {};
  const draft = readDraft(sent, EXAMPLE_DRAFT);
  const isExpress = sent['isExpress'] === true;
  return { draft: isExpress ? sentTo(draft) : draft, isExpress };
}

/** What was paid, and by whom: the wallet's word when there is one, else the form's. */
function paidIn(body: unknown): Paid | undefined {
  const { draft, isExpress } = draftIn(isRecord(body) ? body['draft'] : undefined);
  const { preOrderPaymentData, customer } = isRecord(body) ? body : {};
  const transactionId = isRecord(preOrderPaymentData) ? preOrderPaymentData['transactionId'] : undefined;
  if (typeof transactionId !== 'string' || !TRANSACTION_ID.test(transactionId)) return undefined;
  if (!isExpress) return { draft, way: 'fields', transactionId };
  const bought = boughtBy(draft, customer);
  return bought && { ...bought, way: 'wallets', transactionId };
}

function problemsIn(draft: Draft) {
  const problems = problemsOf(draft);
  if (problems.length === 0) return undefined;
  const texts = textsIn(draft.language);
  return { error: [...new Set(problems.map(({ text }) => texts[text]))].join(' ') };
}

/** The order as the buyer reads it again. */
function reviewOf({ customer, address, shipping, grandTotal, currency, language }: Order) {
  const texts = textsIn(language);
  const place = address && [address.name, ...address.lines, `${address.zipCode} ${address.city}`.trim()];
  const country = texts.countries[customer.country];
  return [
    { label: texts.customer, text: `${customer.firstName} ${customer.lastName}, ${customer.email}` },
    { label: texts.deliverTo, text: [...(place ?? []), country].filter(Boolean).join(', ') },
    { label: texts.shipping, text: texts.shippingNames[shipping] },
    { label: texts.total, text: formatMoney({ minor: grandTotal, currency }, texts.locale) },
  ];
}
