/** Serves the example of docs/headless.md, so that it can be tried as it stands there. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import type { Shop } from './shop.js';

/** The same from src/ and from dist/. */
const EXAMPLE = new URL('../../../docs/examples/headless.html', import.meta.url);

/** Adds the example, with a policy that lets its own script and style through, the app, and the simulated Stripe. */
export function addExample(server: FastifyInstance, shop: Shop): void {
  server.get('/examples/headless.html', async (_request, reply) => {
    const html = await readFile(EXAMPLE, 'utf8').catch(() => undefined);
    if (html === undefined) return reply.callNotFound();
    const others = `${new URL(shop.appUrl).origin} ${new URL(shop.consoleUrl).origin}`;
    const policy = [
      "default-src 'none'",
      `style-src ${hashOf(html, 'style')}`,
      `script-src ${hashOf(html, 'script')} ${others}`,
      `frame-src ${others}`,
      `connect-src 'self' ${others}`,
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ].join('; ');
    return reply.header('content-security-policy', policy).type('text/html; charset=utf-8').send(html);
  });
}

/** https://www.w3.org/TR/CSP3/#framework-directive-source-list */
function hashOf(html: string, tag: string): string {
  const [, text = ''] = new RegExp(`<${tag}[^>]*>([\\s\\S]*?)</${tag}>`).exec(html) ?? [];
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
