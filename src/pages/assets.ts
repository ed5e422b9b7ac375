/** Our own files for the browser: the style sheet, the built islands and the client for shops. Nothing else is reachable. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const STYLE = readFileSync(new URL('./page.css', import.meta.url), 'utf8');
/** Changes with its content, so that it may be kept for ever. */
export const STYLE_URL = `/assets/page-${digest(STYLE)}.css`;
const CATALOGUE_STYLE = readFileSync(new URL('./catalogue.css', import.meta.url), 'utf8');
/** The same for what only the app catalogue needs. */
export const CATALOGUE_STYLE_URL = `/assets/catalogue-${digest(CATALOGUE_STYLE)}.css`;

export interface AssetPlaces {
  /** Folder of the built islands. */
  islandsDir: string;
  /** The built module for front-ends. */
  clientFile: string;
}

const KEPT = 'public, max-age=31536000, immutable';
/** An island keeps its name when its content changes: ask again soon, cheaply. */
const ASKED_AGAIN = 'public, max-age=60, must-revalidate';

/** The module for front-ends (docs/headless.md), for shops that import it without a bundler. */
export const CLIENT_URL = '/assets/client.js';

/** Registers the files. Names with anything but letters, digits, dots and hyphens are not there. */
export function registerAssets(server: FastifyInstance, { islandsDir, clientFile }: AssetPlaces): void {
  const style = (reply: FastifyReply, text: string): FastifyReply =>
    send(reply, { type: 'text/css; charset=utf-8', cache: KEPT }).send(text);
  server.get(STYLE_URL, (_request, reply) => style(reply, STYLE));
  server.get(CATALOGUE_STYLE_URL, (_request, reply) => style(reply, CATALOGUE_STYLE));
  server.get('/assets/islands/:file', async (request: FastifyRequest<{ Params: { file: string } }>, reply) => {
    const { file } = request.params;
    return sendScript(request, reply, /^[a-z0-9-]+\.js$/.test(file) ? join(islandsDir, file) : undefined);
  });
  server.get(CLIENT_URL, (request, reply) => {
    // It holds nothing of anybody, and every shop's page may import it.
    void reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
    return sendScript(request, reply, clientFile);
  });
}

async function sendScript(request: FastifyRequest, reply: FastifyReply, path: string | undefined) {
  const content = path === undefined ? undefined : await readFile(path).catch(() => undefined);
  if (content === undefined)
    return reply.code(404).type('text/plain; charset=utf-8').send('There is nothing at this address.');
  return sendContent(request, reply, content);
}

/** A script that may change at its address: asked for again soon, cheaply. */
export function sendContent(request: FastifyRequest, reply: FastifyReply, content: string | Uint8Array): FastifyReply {
  const etag = `"${digest(content)}"`;
  send(reply, { type: 'text/javascript; charset=utf-8', cache: ASKED_AGAIN }).header('etag', etag);
  return request.headers['if-none-match'] === etag ? reply.code(304).send() : reply.send(content);
}

function send(reply: FastifyReply, { type, cache }: { type: string; cache: string }): FastifyReply {
  return reply.header('content-type', type).header('cache-control', cache);
}

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16);
}
