/** What every page of the shop needs: who asks, in which language, and how an answer goes out. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { VNode } from 'preact';
import type { Language } from './catalogue.js';
import { isRecord } from './order.js';
import { renderPage, type Frame } from './pages/layout.js';
import { MissingPage } from './pages/outcome-page.js';
import type { Shop } from './shop.js';
import { chooseLanguage, textsIn } from './texts.js';

/** A form's answer leads to the payment page, which browsers count as the form's target: no form-action here. */
export const CONTENT_POLICY =
  "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; frame-ancestors 'self'";

const LANGUAGE_COOKIE = 'shop_language';

/** Answers 404, to programs as JSON. */
export function missing(shop: Shop, request: FastifyRequest, reply: FastifyReply, text: 'unknownOrder' | 'notFound') {
  const frame = frameOf(shop, request);
  if (request.url.startsWith('/api/')) return reply.status(404).send({ error: frame.texts[text] });
  return show(request, reply.status(404), <MissingPage {...frame} text={frame.texts[text]} />);
}

/** Sends a page. The chosen language is remembered, so that the way back from the payment page speaks it too. */
export function show(request: FastifyRequest, reply: FastifyReply, page: VNode): FastifyReply {
  if (queryOf(request)['lang'] !== undefined) {
    reply.header('set-cookie', `${LANGUAGE_COOKIE}=${languageOf(request)}; Path=/; SameSite=Lax; Max-Age=31536000`);
  }
  return reply.type('text/html; charset=utf-8').header('cache-control', 'no-store').send(renderPage(page));
}

/** What a page is given about the request. */
export function frameOf(shop: Shop, request: FastifyRequest): Frame {
  const language = languageOf(request);
  const [path = '/', query = ''] = request.url.split('?');
  const rest = new URLSearchParams(query);
  rest.delete('lang');
  const here = path.replace(/^\/+/, '/');
  return { shop, language, texts: textsIn(language), path: rest.size > 0 ? `${here}?${rest}` : here };
}

function languageOf(request: FastifyRequest): Language {
  const cookie = new RegExp(`${LANGUAGE_COOKIE}=(\\w+)`).exec(request.headers.cookie ?? '')?.[1];
  return chooseLanguage([queryOf(request)['lang'], cookie], request.headers['accept-language']);
}

/** The fields of the address. */
export function queryOf(request: FastifyRequest): Record<string, unknown> {
  return isRecord(request.query) ? request.query : {};
}

/** The fields of the form. */
export function formOf(request: FastifyRequest): Record<string, unknown> {
  return isRecord(request.body) ? request.body : {};
}
