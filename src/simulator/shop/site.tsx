/** The demo shop for people: pages, and the forms on them. A form that changed something ends in a redirect. */
import type { FastifyInstance } from 'fastify';
import { addBackOffice } from './back-office-site.js';
import { placeOrder } from './checkout.js';
import { configure, disconnect, isMarketplace } from './connection.js';
import { addExample } from './example-page.js';
import { addInsidePage } from './inside-site.js';
import { addMarketplace } from './marketplace-site.js';
import { addOrderForms, addOrderPages, pay } from './order-site.js';
import { addOwnCheckouts } from './own-checkout-site.js';
import { EXAMPLE_DRAFT, MARKETPLACE_DRAFT, problemsOf, readDraft, type Draft } from './order.js';
import { CheckoutPage } from './pages/checkout-page.js';
import { ConnectionPage } from './pages/connection-page.js';
import { MessagesPage } from './pages/list-pages.js';
import { formOf, frameOf, missing, queryOf, show } from './replies.js';
import type { Shop } from './shop.js';

const SHOWN_MESSAGES = 300;

/** Adds every page and form of the shop. */
export function addSite(server: FastifyInstance, shop: Shop): void {
  server.get('/', (request, reply) => {
    const frame = frameOf(shop, request);
    const sent = queryOf(request);
    const isUpdated = Object.keys(sent).some((field) => field.startsWith('quantity.'));
    const basis = isMarketplace(shop.book) ? MARKETPLACE_DRAFT : EXAMPLE_DRAFT;
    const example = { ...basis, language: frame.language };
    const draft = isUpdated ? readDraft(sent, example) : example;
    return show(request, reply, <CheckoutPage {...frame} draft={draft} problems={[]} />);
  });
  server.get('/messages', (request, reply) => {
    const messages = [...shop.book.messages.values()].slice(-SHOWN_MESSAGES).toReversed();
    return show(request, reply, <MessagesPage {...frameOf(shop, request)} messages={messages} />);
  });
  addOrderPages(server, shop);
  addInsidePage(server, shop);
  addOwnCheckouts(server, shop);
  addMarketplace(server, shop);
  addExample(server, shop);
  addBackOffice(server, shop);
  addForms(server, shop);
  addConnection(server, shop);
  server.setNotFoundHandler((request, reply) => missing(shop, request, reply, 'notFound'));
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
    if (formOf(request)['inside'] !== undefined) return reply.redirect(`/orders/${order.orderReference}/inside`, 303);
    return pay(shop, request, reply, order.orderReference);
  });
  addOrderForms(server, shop);
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
