/** The demo shop for programs: the same orders, commands and messages as on its pages, as JSON. */
import type { FastifyInstance } from 'fastify';
import { isoTime } from '../../domain/clock.js';
import { appState, paymentMethods, viewOrder, type KnownCommand, type KnownMessage, type OrderView } from './book.js';
import { placeOrder, startPayment } from './checkout.js';
import { giveCommand, type CommandVerb } from './commands.js';
import { channelsOf } from './consumer.js';
import { EXAMPLE_DRAFT, isRecord, problemsOf, readDraft, type Order } from './order.js';
import { pressOutside } from './outside-press.js';
import type { Shop } from './shop.js';
import { textsIn } from './texts.js';

interface OrderRoute {
  Params: { reference: string };
}

/** Adds the routes below /api. */
export function addApi(server: FastifyInstance, shop: Shop): void {
  server.post('/api/orders', async (request, reply) => {
    const draft = readDraft(isRecord(request.body) ? request.body : {}, EXAMPLE_DRAFT);
    const problems = problemsOf(draft);
    if (problems.length > 0) {
      const texts = textsIn(draft.language);
      return reply.status(400).send({ error: problems.map(({ text }) => texts[text]).join(' '), problems });
    }
    return reply.send(await pay(shop, await placeOrder(shop, draft), reply));
  });

  server.get('/api/orders', () => ({
    orders: [...shop.book.orders.keys()].map((reference) => {
      const view = viewOrder(shop.book, reference, shop.clock);
      return { orderReference: reference, status: view?.status };
    }),
  }));

  server.get<OrderRoute>('/api/orders/:reference', async (request, reply) => {
    const view = viewOrder(shop.book, request.params.reference, shop.clock);
    return view === undefined ? reply.status(404).send({ error: 'There is no such order' }) : orderAsJson(view);
  });

  server.post<OrderRoute>('/api/orders/:reference/pay', async (request, reply) => {
    const order = shop.book.orders.get(request.params.reference);
    if (order === undefined) return reply.status(404).send({ error: 'There is no such order' });
    return reply.send(await pay(shop, order, reply));
  });

  for (const verb of ['capture', 'cancel', 'refund'] as const) addCommandRoute(server, shop, verb);
  addOutsideRoutes(server, shop);

  server.get('/api/messages', () => ({ messages: [...shop.book.messages.values()].map(messageAsJson) }));

  server.get('/api/connection', () => {
    const { status, isActive } = appState(shop.book) ?? { status: 'CONNECTING', isActive: false };
    const methods = paymentMethods(shop.book);
    return { tenantIdentifier: shop.tenantId, status, isActive, channels: channelsOf(shop), paymentMethods: methods };
  });
}

/**
 * `itemIds` in the body narrows the command down to some lines; without it the whole order is meant. `amount` (minor
 * units, positive) replaces their prices, `force` sends it although the order does not fit.
 */
function addCommandRoute(server: FastifyInstance, shop: Shop, verb: CommandVerb): void {
  server.post<OrderRoute>(`/api/orders/:reference/${verb}`, async (request, reply) => {
    const { reference } = request.params;
    if (!shop.book.orders.has(reference)) return reply.status(404).send({ error: 'There is no such order' });
    const { itemIds, amount, force } = isRecord(request.body) ? request.body : {};
    const isAmount = amount === undefined || (Number.isSafeInteger(amount) && Number(amount) > 0);
    if (!isAmount) return reply.status(400).send({ error: 'The amount is a whole number of minor units above 0' });
    const given = await giveCommand(shop, reference, verb, {
      lineIds: Array.isArray(itemIds) ? itemIds.map(Number) : undefined,
      amount: amount === undefined ? undefined : Number(amount),
      isForced: force === true,
    });
    if ('problem' in given) return reply.status(409).send({ error: given.problem });
    const { command, isRepeated } = given;
    const known = shop.book.commands.get(command.id);
    return reply.status(202).send({ ...(known && commandAsJson(known)), isRepeated });
  });
}

/** The app's own record with its ledger; the payment at Stripe with its buttons; pressing one; letting time pass. */
function addOutsideRoutes(server: FastifyInstance, shop: Shop): void {
  const viewOf = ({ params }: { params: { reference: string } }) => viewOrder(shop.book, params.reference, shop.clock);
  server.get<OrderRoute>('/api/orders/:reference/record', async (request, reply) => {
    const record = await shop.readAppRecord?.(shop.tenantId, request.params.reference);
    return record ?? reply.status(404).send({ error: 'The app has no record of this order' });
  });
  server.get<OrderRoute>('/api/orders/:reference/outside', async (request, reply) => {
    const { paymentReference } = viewOf(request) ?? {};
    const payment = paymentReference === undefined ? undefined : await shop.outside?.payment(paymentReference);
    return payment ?? reply.status(404).send({ error: 'Nobody plays Stripe for this order' });
  });
  server.post<OrderRoute>('/api/orders/:reference/outside', async (request, reply) => {
    const view = viewOf(request);
    if (view === undefined) return reply.status(404).send({ error: 'There is no such order' });
    const { button, refund, amount } = isRecord(request.body) ? request.body : {};
    const failure = await pressOutside(shop, view, {
      button: String(button),
      ...(typeof refund === 'string' ? { refund } : {}),
      ...(typeof amount === 'number' ? { amount } : {}),
    });
    return failure === undefined ? { button } : reply.status(409).send({ error: failure });
  });
  server.post('/api/time', async (request, reply) => {
    const { seconds } = isRecord(request.body) ? request.body : {};
    const failure = shop.outside ? await shop.outside.letPass(Number(seconds)) : 'Nobody plays Stripe here';
    return failure === undefined ? { now: isoTime(shop.clock) } : reply.status(409).send({ error: failure });
  });
}

async function pay(shop: Shop, order: Order, reply: { status(code: number): unknown }) {
  const { orderReference } = order;
  const start = await startPayment(shop, order);
  if ('redirectUrl' in start) return { orderReference, redirectUrl: start.redirectUrl };
  reply.status(502);
  return { orderReference, error: start.problem };
}

function orderAsJson(view: OrderView) {
  const { order, status, states, messages, commands, waiting } = view;
  return {
    orderReference: order.orderReference,
    status,
    currency: order.currency,
    grandTotal: order.grandTotal,
    arrival: view.arrival ?? null,
    paymentReference: view.paymentReference ?? null,
    items: order.lines.map(({ id, sku, name, price }) => ({ id, sku, name, price, state: states.get(id) })),
    messages: messages.map(messageAsJson),
    commands: commands.map(commandAsJson),
    waiting: waiting.map(({ command }) => command.name),
  };
}

function messageAsJson({ message, at, redeliveries }: KnownMessage) {
  return { ...message, receivedAt: at, redeliveries };
}

function commandAsJson({ command, at, answer }: KnownCommand) {
  const { id, name, correlationId, timestamp, payload } = command;
  return { id, name, correlationId, timestamp, payload, writtenAt: at, answerStatus: answer?.status ?? null };
}
