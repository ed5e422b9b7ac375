/** The route of the page that shows the app's payment page inside the shop. */
import type { FastifyInstance } from 'fastify';
import { startPayment } from './checkout.js';
import { InsidePage } from './pages/inside-page.js';
import { CONTENT_POLICY, frameOf, missing, show } from './replies.js';
import type { Shop } from './shop.js';

/** Adds the page. The payment is asked for with every visit: for an unpaid order the app answers the same again. */
export function addInsidePage(server: FastifyInstance, shop: Shop): void {
  server.get<{ Params: { reference: string } }>('/orders/:reference/inside', async (request, reply) => {
    const { reference } = request.params;
    const order = shop.book.orders.get(reference);
    if (order === undefined) return missing(shop, request, reply, 'unknownOrder');
    const start = await startPayment(shop, order);
    // Paid already, or not to be paid any more: the order's page says how it stands.
    if (!('redirectUrl' in start)) return reply.redirect(`/orders/${encodeURIComponent(reference)}`, 303);
    const { origin } = new URL(start.redirectUrl);
    const page = <InsidePage {...frameOf(shop, request)} orderReference={reference} paymentUrl={start.redirectUrl} />;
    return show(request, reply.header('content-security-policy', `${CONTENT_POLICY}; frame-src ${origin}`), page);
  });
}
