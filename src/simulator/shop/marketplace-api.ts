/** The marketplace for programs, as JSON: the switch, merchants and their way to the PSP, payouts and reversals. */
import type { FastifyInstance } from 'fastify';
import { viewOrder } from './book.js';
import { configure, isMarketplace, marketplaceConfiguration } from './connection.js';
import { findMerchant, MERCHANTS } from './merchants.js';
import { onboardingIn, startOnboarding } from './onboarding.js';
import { isRecord } from './order.js';
import { payOut, reversePayout, sharesOf } from './payout.js';
import type { Shop } from './shop.js';

interface Route {
  Params: { reference: string };
}

/** Adds the routes below /api that are about merchants. */
export function addMarketplaceApi(server: FastifyInstance, shop: Shop): void {
  const bodyOf = ({ body }: { body: unknown }) => (isRecord(body) ? body : {});
  server.post('/api/connection/marketplace', async (request, reply) => {
    const answer = await configure(shop, marketplaceConfiguration(bodyOf(request)['on'] !== false), 'en');
    return reply.status(answer.status === 0 ? 502 : answer.status).send(answer.body);
  });
  server.get('/api/merchants', () => {
    const { statuses, offer } = onboardingIn(shop.book);
    const merchants = MERCHANTS.map(({ reference, name }) => ({
      merchantReference: reference,
      name,
      status: statuses.get(reference) ?? null,
    }));
    return { isMarketplace: isMarketplace(shop.book), canStart: offer !== undefined, merchants };
  });
  server.post<Route>('/api/merchants/:reference/onboarding', async (request, reply) => {
    const merchant = findMerchant(request.params.reference);
    if (merchant === undefined) return reply.status(404).send({ error: 'There is no such merchant' });
    const start = await startOnboarding(shop, merchant);
    return 'url' in start ? { url: start.url } : reply.status(502).send({ error: start.problem });
  });

  const shares = (reference: string) => {
    const view = viewOrder(shop.book, reference, shop.clock);
    return {
      shares: view === undefined ? [] : sharesOf(view).map(({ line, ...share }) => ({ id: line.id, ...share })),
    };
  };
  server.get<Route>('/api/orders/:reference/shares', ({ params }) => shares(params.reference));
  server.post<Route>('/api/orders/:reference/payout', async ({ params: { reference } }, reply) => {
    const problem = await payOut(shop, reference);
    return problem === undefined ? shares(reference) : reply.status(409).send({ error: problem });
  });
  server.post<Route>('/api/orders/:reference/reverse-payout', async (request, reply) => {
    const { reference } = request.params;
    const { itemIds } = bodyOf(request);
    const problem = await reversePayout(shop, reference, Array.isArray(itemIds) ? itemIds.map(Number) : undefined);
    return problem === undefined ? shares(reference) : reply.status(409).send({ error: problem });
  });
}
