/** The demo shop for people: pages, and the forms on them. A form that changed something ends in a redirect. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import { viewOrder } from './book.js';
import type { Language } from './catalogue.js';
import { placeOrder, startPayment } from './checkout.js';
import { giveCommand } from './commands.js';
import { configure, disconnect } from './connection.js';
import { EXAMPLE_DRAFT, isRecord, problemsOf, readDraft, type Draft } from './order.js';
import { CheckoutPage } from './pages/checkout-page.js';
import { ConnectionPage } from './pages/connection-page.js';
import { renderPage, type Frame } from './pages/layout.js';
import { MessagesPage, OrdersPage } from './pages/list-pages.js';
import { OrderPage } from './pages/order-page.js';
import { MissingPage, OutcomePage } from './pages/outcome-page.js';
import type { Shop } from './shop.js';
import { chooseLanguage, textsIn } from './texts.js';

interface OrderRoute {
  Params: { reference: string };
}

const LANGUAGE_COOKIE = 'shop_language';
const SHOWN_MESSAGES = 300;

/** Adds every page and form of the shop. */
export function addSite(server: FastifyInstance, shop: Shop): void {
  server.get('/', (request, reply) => {
    const frame = frameOf(shop, request);
    const sent = queryOf(request);
    const isUpdated = Object.keys(sent).some((field) => field.startsWith('quantity.'));
    const example = { ...EXAMPLE_DRAFT, language: frame.language };
    const draft = isUpdated ? readDraft(sent, example) : example;
    return show(request, reply, <CheckoutPage {...frame} draft={draft} problems={[]} />);
  });
  server.get('/messages', (request, reply) => {
    const messages = [...shop.book.messages.values()].slice(-SHOWN_MESSAGES).toReversed();
    return show(request, reply, <MessagesPage {...frameOf(shop, request)} messages={messages} />);
  });
  addOrderPages(server, shop);
  addForms(server, shop);
  addConnection(server, shop);
  server.setNotFoundHandler((request, reply) => missing(shop, request, reply, 'notFound'));
}

function addOrderPages(server: FastifyInstance, shop: Shop): void {
  server.get('/orders', (request, reply) => {
    const views = [...shop.book.orders.keys()].toReversed().flatMap((reference) => {
      const view = viewOrder(shop.book, reference, shop.clock);
      return view === undefined ? [] : [view];
    });
    return show(request, reply, <OrdersPage {...frameOf(shop, request)} views={views} />);
  });
  server.get<OrderRoute>('/orders/:reference', (request, reply) => {
    const view = viewOrder(shop.book, request.params.reference, shop.clock);
    if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
    return show(request, reply, <OrderPage {...frameOf(shop, request)} view={view} />);
  });
  for (const outcome of ['success', 'cancel'] as const) {
    server.get(`/${outcome}`, (request, reply) => {
      const view = viewOrder(shop.book, String(queryOf(request)['orderReference']), shop.clock);
      if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
      return show(request, reply, <OutcomePage {...frameOf(shop, request)} outcome={outcome} view={view} />);
    });
  }
}

function addForms(server: FastifyInstance, shop: Shop): void {
  server.post('/orders', async (request, reply) => {
    const frame = { ...frameOf(shop, request), path: '/' };
    const draft: Draft = readDraft(formOf(request), { ...EXAMPLE_DRAFT, language: frame.language });
    const problems = problemsOf(draft);
    if (problems.length > 0) {
      return show(request, reply.status(400), <CheckoutPage {...frame} draft={draft} problems={problems} />);
    }
    const order = await placeOrder(shop, draft);
    return pay(shop, request, reply, order.orderReference);
  });
  server.post<OrderRoute>('/orders/:reference/pay', (request, reply) =>
    pay(shop, request, reply, request.params.reference),
  );
  for (const verb of ['capture', 'cancel', 'refund'] as const) {
    server.post<OrderRoute>(`/orders/:reference/${verb}`, async (request, reply) => {
      const { reference } = request.params;
      const given = await giveCommand(shop, reference, verb);
      const view = viewOrder(shop.book, reference, shop.clock);
      if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
      if (!('problem' in given)) return reply.redirect(orderPath(reference), 303);
      const frame = { ...frameOf(shop, request), path: orderPath(reference) };
      return show(request, reply.status(409), <OrderPage {...frame} view={view} failure={given.problem} />);
    });
  }
}

/** Sends the customer to the app's page, or shows the saved order with the reason why not. */
async function pay(shop: Shop, request: FastifyRequest, reply: FastifyReply, reference: string) {
  const order = shop.book.orders.get(reference);
  if (order === undefined) return missing(shop, request, reply, 'unknownOrder');
  const start = await startPayment(shop, order);
  if ('redirectUrl' in start) return reply.redirect(start.redirectUrl, 303);
  const view = viewOrder(shop.book, reference, shop.clock);
  if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
  const frame = { ...frameOf(shop, request), path: orderPath(reference) };
  const failure = `${frame.texts.paymentProblem} ${start.problem}`;
  return show(request, reply.status(502), <OrderPage {...frame} view={view} failure={failure} />);
}

function addConnection(server: FastifyInstance, shop: Shop): void {
  server.get('/connection', (request, reply) => show(request, reply, <ConnectionPage {...frameOf(shop, request)} />));
  server.post('/connection/configure', async (request, reply) => {
    const frame = { ...frameOf(shop, request), path: '/connection' };
    const fields = ['connector', 'secretKey', 'publishableKey'].flatMap((field) => {
      const value = formOf(request)[field];
      return typeof value === 'string' && value !== '' ? [[field, value.trim()] as const] : [];
    });
    const configuration = { mode: 'test', ...Object.fromEntries(fields) };
    const answer = await configure(shop, configuration, frame.language);
    return show(request, reply, <ConnectionPage {...frame} asked={{ verb: 'configure', answer, replies: '' }} />);
  });
  server.post('/connection/disconnect', async (request, reply) => {
    const frame = { ...frameOf(shop, request), path: '/connection' };
    const replies = String(formOf(request)['replies'] ?? '');
    const answer = await disconnect(shop, replies, frame.language);
    return show(request, reply, <ConnectionPage {...frame} asked={{ verb: 'disconnect', answer, replies }} />);
  });
}

function missing(shop: Shop, request: FastifyRequest, reply: FastifyReply, text: 'unknownOrder' | 'notFound') {
  const frame = frameOf(shop, request);
  if (request.url.startsWith('/api/')) return reply.status(404).send({ error: frame.texts[text] });
  return show(request, reply.status(404), <MissingPage {...frame} text={frame.texts[text]} />);
}

/** The chosen language is remembered, so that the way back from the payment page speaks it too. */
function show(request: FastifyRequest, reply: FastifyReply, page: VNode): FastifyReply {
  if (queryOf(request)['lang'] !== undefined) {
    reply.header('set-cookie', `${LANGUAGE_COOKIE}=${languageOf(request)}; Path=/; SameSite=Lax; Max-Age=31536000`);
  }
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(renderPage(page));
}

function frameOf(shop: Shop, request: FastifyRequest): Frame {
  const language = languageOf(request);
  const [path = '/', query = ''] = request.url.split('?');
  const rest = new URLSearchParams(query);
  rest.delete('lang');
  const here = path.replace(/^\/+/, '/');
  return { shop, language, texts: textsIn(language), path: rest.size > 0 ? `${here}?${rest}` : here };
}

function languageOf(request: FastifyRequest): Language {
  const cookie = new RegExp(`${LANGUAGE_COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '')?.[1];
  return chooseLanguage([queryOf(request)['lang'], cookie], request.headers['accept-language']);
}

function queryOf(request: FastifyRequest): Record<string, unknown> {
  return isRecord(request.query) ? request.query : {};
}

function formOf(request: FastifyRequest): Record<string, unknown> {
  return isRecord(request.body) ? request.body : {};
}

function orderPath(reference: string): string {
  return `/orders/${encodeURIComponent(reference)}`;
}
