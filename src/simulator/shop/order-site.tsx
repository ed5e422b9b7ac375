/** Orders for people: the list, one order from all sides, coming back from paying, and the forms about an order. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readAmount } from './amounts.js';
import { viewOrder, type OrderView } from './book.js';
import { startPayment } from './checkout.js';
import { giveCommand, type CommandVerb } from './commands.js';
import { letTimePass, pressOutside } from './outside-press.js';
import { OrdersPage } from './pages/list-pages.js';
import { OrderPage, type Sides } from './pages/order-page.js';
import { OutcomePage } from './pages/outcome-page.js';
import { formOf, frameOf, missing, queryOf, show } from './replies.js';
import type { Shop } from './shop.js';

interface OrderRoute {
  Params: { reference: string };
}

/** Adds the pages that show orders. */
export function addOrderPages(server: FastifyInstance, shop: Shop): void {
  server.get('/orders', (request, reply) => {
    const views = [...shop.book.orders.keys()].toReversed().flatMap((reference) => {
      const view = viewOrder(shop.book, reference, shop.clock);
      return view === undefined ? [] : [view];
    });
    return show(request, reply, <OrdersPage {...frameOf(shop, request)} views={views} />);
  });
  server.get<OrderRoute>('/orders/:reference', (request, reply) =>
    showOrder(shop, request, reply, { reference: request.params.reference }),
  );
  for (const outcome of ['success', 'cancel'] as const) {
    server.get(`/${outcome}`, async (request, reply) => {
      const view = viewOrder(shop.book, String(queryOf(request)['orderReference']), shop.clock);
      if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
      const sides = await sidesOf(shop, view);
      return show(request, reply, <OutcomePage {...frameOf(shop, request)} outcome={outcome} {...sides} />);
    });
  }
}

/** Adds what the forms of an order's page lead to. */
export function addOrderForms(server: FastifyInstance, shop: Shop): void {
  server.post<OrderRoute>('/orders/:reference/pay', (request, reply) =>
    pay(shop, request, reply, request.params.reference),
  );
  for (const verb of ['capture', 'cancel', 'refund'] as const) {
    server.post<OrderRoute>(`/orders/:reference/${verb}`, (request, reply) => command(shop, request, reply, verb));
  }
  server.post<OrderRoute>('/orders/:reference/outside', async (request, reply) => {
    const { reference } = request.params;
    const view = viewOrder(shop.book, reference, shop.clock);
    if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
    const { button, refund, amount, minor } = formOf(request);
    const asked = minor === undefined ? amount : undefined;
    const read = asked === undefined ? Number(minor) : readAmount(String(asked), view.order.currency);
    if (read === undefined) return refused(shop, request, reply, { reference, typed: String(asked) });
    const press = {
      button: String(button),
      ...(refund === undefined ? {} : { refund: String(refund) }),
      ...(Number.isNaN(read) ? {} : { amount: read }),
    };
    const failure = await pressOutside(shop, view, press);
    if (failure !== undefined) return refused(shop, request, reply, { reference, failure });
    return reply.redirect(orderPath(reference), 303);
  });
  server.post<OrderRoute>('/orders/:reference/time', async (request, reply) => {
    const { reference } = request.params;
    if (!shop.book.orders.has(reference)) return missing(shop, request, reply, 'unknownOrder');
    const failure = await letTimePass(shop, Number(formOf(request)['seconds']), reference);
    if (failure !== undefined) return refused(shop, request, reply, { reference, failure });
    return reply.redirect(orderPath(reference), 303);
  });
}

/** Sends the customer to the app's page, or shows the saved order with the reason why not. */
export async function pay(shop: Shop, request: FastifyRequest, reply: FastifyReply, reference: string) {
  const order = shop.book.orders.get(reference);
  if (order === undefined) return missing(shop, request, reply, 'unknownOrder');
  const start = await startPayment(shop, order);
  if ('redirectUrl' in start) return reply.redirect(start.redirectUrl, 303);
  const failure = `${frameOf(shop, request).texts.paymentProblem} ${start.problem}`;
  return showOrder(shop, request, reply.status(502), { reference, failure });
}

async function command(
  shop: Shop,
  request: FastifyRequest<OrderRoute>,
  reply: FastifyReply,
  verb: CommandVerb,
): Promise<FastifyReply> {
  const { reference } = request.params;
  const order = shop.book.orders.get(reference);
  if (order === undefined) return missing(shop, request, reply, 'unknownOrder');
  const form = formOf(request);
  const typed = String(form['amount'] ?? '').trim();
  const amount = typed === '' ? undefined : readAmount(typed, order.currency);
  if (typed !== '' && amount === undefined) return refused(shop, request, reply, { reference, typed });
  const ticked = Object.keys(form).flatMap((field) => /^line\.(\d+)$/.exec(field)?.[1] ?? []);
  const lineIds = ticked.length === 0 ? undefined : ticked.map(Number);
  const given = await giveCommand(shop, reference, verb, { lineIds, amount, isForced: form['force'] !== undefined });
  if (!('problem' in given)) return reply.redirect(orderPath(reference), 303);
  return showOrder(shop, request, reply.status(409), { reference, failure: given.problem });
}

interface About {
  reference: string;
  /** Why what was asked for was refused. */
  failure?: string;
}

function refused(shop: Shop, request: FastifyRequest, reply: FastifyReply, about: About & { typed?: string }) {
  const { reference, failure, typed = '' } = about;
  const why = failure ?? frameOf(shop, request).texts.problemAmount(typed);
  return showOrder(shop, request, reply.status(failure === undefined ? 400 : 409), { reference, failure: why });
}

/** The order's page; after a form it stands at the form's address and knows its own. */
export async function showOrder(
  shop: Shop,
  request: FastifyRequest,
  reply: FastifyReply,
  { reference, failure }: About,
): Promise<FastifyReply> {
  const view = viewOrder(shop.book, reference, shop.clock);
  if (view === undefined) return missing(shop, request, reply, 'unknownOrder');
  const frame = frameOf(shop, request);
  const place = request.method === 'GET' ? frame : { ...frame, path: orderPath(reference) };
  const sides = await sidesOf(shop, view);
  return show(request, reply, <OrderPage {...place} {...sides} {...(failure === undefined ? {} : { failure })} />);
}

/** The order with what the app has on record and what Stripe has; whoever does not answer is left out. */
async function sidesOf(shop: Shop, view: OrderView): Promise<Sides> {
  const { orderReference } = view.order;
  const [inside, outside] = await Promise.all([
    shop.readAppRecord?.(shop.tenantId, orderReference).catch((error: unknown) => {
      shop.log('the app’s record cannot be read', { error: String(error) });
      return undefined;
    }),
    view.paymentReference === undefined ? undefined : shop.outside?.payment(view.paymentReference),
  ]);
  return { view, ...(inside && { inside }), ...(outside && { outside }) };
}

/** The address of an order's page. */
export function orderPath(reference: string): string {
  return `/orders/${encodeURIComponent(reference)}`;
}
