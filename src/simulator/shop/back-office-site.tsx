/** A page of the shop's Back Office that loads the app catalogue's script, as a shop's own does (docs/catalogue.md). */
import type { FastifyInstance } from 'fastify';
import { BackOfficePage } from './pages/back-office-page.js';
import { CONTENT_POLICY, frameOf, show } from './replies.js';
import type { Shop } from './shop.js';

/** Adds the page. Its policy lets the app's origin through, and nothing else than the script and its frame. */
export function addBackOffice(server: FastifyInstance, shop: Shop): void {
  server.get('/back-office', (request, reply) => {
    const { origin } = new URL(shop.appUrl);
    const policy = `${CONTENT_POLICY.replace("script-src 'self'", `script-src 'self' ${origin}`)}; frame-src ${origin}`;
    return show(
      request,
      reply.header('content-security-policy', policy),
      <BackOfficePage {...frameOf(shop, request)} scriptUrl={`${shop.appUrl}/app-catalogue/loader.js`} />,
    );
  });
}
