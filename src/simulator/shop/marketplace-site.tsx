/** The marketplace for people: the page of the merchants, their way to the PSP, payouts of an order, and the switch. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { configure, marketplaceConfiguration } from './connection.js';
import { findMerchant } from './merchants.js';
import { startOnboarding } from './onboarding.js';
import { orderPath, showOrder } from './order-site.js';
import { ConnectionPage } from './pages/connection-page.js';
import { MerchantsPage } from './pages/merchants-page.js';
import { payOut, reversePayout, type Problem } from './payout.js';
import { formOf, frameOf, missing, queryOf, show } from './replies.js';
import type { Shop } from './shop.js';

interface Route {
  Params: { reference: string };
}

/** Adds its pages and forms. */
export function addMarketplace(server: FastifyInstance, shop: Shop): void {
  addMerchants(server, shop);
  server.post<Route>('/orders/:reference/payout', async (request, reply) => {
    const { reference } = request.params;
    if (!shop.book.orders.has(reference)) return missing(shop, request, reply, 'unknownOrder');
    const back = (failure: string) => showOrder(shop, request, reply.status(409), { reference, failure });
    return done(reply, orderPath(reference), await payOut(shop, reference), back);
  });
  server.post<Route>('/orders/:reference/reverse-payout', async (request, reply) => {
    const { reference } = request.params;
    if (!shop.book.orders.has(reference)) return missing(shop, request, reply, 'unknownOrder');
    const { line } = formOf(request);
    const problem = await reversePayout(shop, reference, line === undefined ? undefined : [Number(line)]);
    const back = (failure: string) => showOrder(shop, request, reply.status(409), { reference, failure });
    return done(reply, orderPath(reference), problem, back);
  });
  server.post('/connection/marketplace', async (request, reply) => {
    const frame = { ...frameOf(shop, request), path: '/connection' };
    const configuration = marketplaceConfiguration(formOf(request)['marketplace'] === 'on');
    const answer = await configure(shop, configuration, frame.language);
    return show(request, reply, <ConnectionPage {...frame} asked={{ verb: 'configure', answer, replies: '' }} />);
  });
}

function addMerchants(server: FastifyInstance, shop: Shop): void {
  server.get('/merchants', (request, reply) => {
    const { merchant, back: how } = queryOf(request);
    const known = findMerchant(merchant);
    const isBack = known !== undefined && (how === 'done' || how === 'again');
    const page = <MerchantsPage {...frameOf(shop, request)} {...(isBack && { back: { name: known.name, how } })} />;
    return show(request, reply, page);
  });
  server.post<Route>('/merchants/:reference/onboarding', async (request, reply) => {
    const merchant = findMerchant(request.params.reference);
    if (merchant === undefined) return missing(shop, request, reply, 'notFound');
    const start = await startOnboarding(shop, merchant);
    if ('url' in start) return reply.redirect(start.url, 303);
    const frame = { ...frameOf(shop, request), path: '/merchants' };
    return show(request, reply.status(502), <MerchantsPage {...frame} failure={start.problem} />);
  });
}

/** Away from the form when something was asked for; the page says what came of it. */
async function done(
  reply: FastifyReply,
  path: string,
  problem: Problem,
  back: (failure: string) => unknown,
): Promise<unknown> {
  return problem === undefined ? reply.redirect(path, 303) : back(problem);
}
