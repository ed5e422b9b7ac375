/** Our own files for the browser: the style sheet and the built islands. Nothing else of the folder is reachable. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const STYLE = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
/** Changes with its content, so that it may be kept for ever. */
export const STYLE_URL = `/assets/page-${digest(STYLE)}.css`;
const KEPT = 'public, max-age=31536000, immutable';
/** An island keeps its name when its content changes: ask again soon, cheaply. */
const ASKED_AGAIN = 'public, max-age=60, must-revalidate';

/** Registers the files. Names with anything but letters, digits, dots and hyphens are not there. */
export function registerAssets(server: FastifyInstance, islandsDir: string): void {
  server.get(STYLE_URL, (_request, reply) => send(reply, { type: 'text/css; charset=utf-8', cache: KEPT }).send(STYLE));
  server.get('/assets/islands/:file', async (request: FastifyRequest<{ Params: { file: string } }>, reply) => {
    const { file } = request.params;
    const content = /^[a-z0-9-]+\.js$/.test(file)
      ? await readFile(join(islandsDir, file)).catch(() => undefined)
      : undefined;
    if (content === undefined)
      return reply.code(404).type('text/plain; charset=utf-8').send('There is nothing at this address.');
    const etag = `"${digest(content)}"`;
    send(reply, { type: 'text/javascript; charset=utf-8', cache: ASKED_AGAIN }).header('etag', etag);
    return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(content);
  });
}

function send(reply: FastifyReply, { type, cache }: { type: string; cache: string }): FastifyReply {
  return reply.header('content-type', type).header('cache-control', cache);
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
