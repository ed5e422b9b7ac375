/** The demo shop for programs: the same orders, commands and messages as on its pages, as JSON. */
import type { FastifyInstance } from 'fastify';
import { appState, paymentMethods, viewOrder, type KnownCommand, type KnownMessage, type OrderView } from './book.js';
import { placeOrder, startPayment } from './checkout.js';
import { giveCommand, type CommandVerb } from './commands.js';
import { channelsOf } from './consumer.js';
import { EXAMPLE_DRAFT, isRecord, problemsOf, readDraft, type Order } from './order.js';
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

  server.get('/api/messages', () => ({ messages: [...shop.book.messages.values()].map(messageAsJson) }));

  server.get('/api/connection', () => {
    const { status, isActive } = appState(shop.book) ?? { status: 'CONNECTING', isActive: false };
    const methods = paymentMethods(shop.book);
    return { tenantIdentifier: shop.tenantId, status, isActive, channels: channelsOf(shop), paymentMethods: methods };
  });
}

/** `itemIds` in the body narrows the command down to some lines; without it the whole order is meant. */
function addCommandRoute(server: FastifyInstance, shop: Shop, verb: CommandVerb): void {
  server.post<OrderRoute>(`/api/orders/:reference/${verb}`, async (request, reply) => {
    const { reference } = request.params;
    if (!shop.book.orders.has(reference)) return reply.status(404).send({ error: 'There is no such order' });
    const wanted = isRecord(request.body) ? request.body['itemIds'] : undefined;
    const lineIds = Array.isArray(wanted) ? wanted.map(Number) : undefined;
    const given = await giveCommand(shop, reference, verb, lineIds);
    if ('problem' in given) return reply.status(409).send({ error: given.problem });
    const { command, isRepeated } = given;
    const known = shop.book.commands.get(command.id);
    return reply.status(202).send({ ...(known && commandAsJson(known)), isRepeated });
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
