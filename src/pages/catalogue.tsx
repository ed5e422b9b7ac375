/**
 * The app catalogue: a page on which an operator connects a shop, and the script a Back Office loads to show it. The page
 * knows nobody: the operator signs in, and its browser code asks the same endpoints as any program.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { localeOf } from '../contract/texts.js';
import type { App } from '../flows/app.js';
import { CATALOGUE_STYLE_URL, sendContent, STYLE_URL } from './assets.js';
import { CATALOGUE_WORDS } from './catalogue-texts.js';
import { BrowserFacts, documentOf, type Frame } from './layout.js';
import { lookOf } from './look.js';
import { contentPolicy, newNonce, NO_ORIGINS } from './security.js';

export interface CatalogueDeployment {
  /** Origins of Back Offices that may show the page in a frame; empty: none. */
  frameOrigins: readonly string[];
  /** `client`: with credentials at our own issuer; `token`: tokens come from outside. */
  signIn: 'client' | 'token';
  /** Filled in for whoever tries the sandbox; absent in production. */
  hint?: { tenant: string; clientId: string; clientSecret: string };
  /** The built loader. */
  loaderFile: string;
}

export const CATALOGUE_PATH = '/app-catalogue';
const SCRIPT_URL = '/assets/islands/page-catalogue.js';
/** Stands in the loader for our address. */
const PLACE_OF_ADDRESS = /["'`]QUITTANCE_ADDRESS["'`]/g;

/** Registers the page and the loader. */
export function registerCatalogue(server: FastifyInstance, app: App, deployment: CatalogueDeployment): void {
  server.get(CATALOGUE_PATH, (request, reply) => showCatalogue({ app, deployment, request, reply }));
  server.get(`${CATALOGUE_PATH}/loader.js`, async (request, reply) => {
    const code = await readFile(deployment.loaderFile, 'utf8').catch(() => '');
    // It holds nothing of anybody, and every Back Office may load it, also as a module.
    void reply.headers({ 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
    return sendContent(request, reply, code.replace(PLACE_OF_ADDRESS, JSON.stringify(app.publicUrl)));
  });
}

interface Visit {
  app: App;
  deployment: CatalogueDeployment;
  request: FastifyRequest;
  reply: FastifyReply;
}

function showCatalogue({ app, deployment, request, reply }: Visit): FastifyReply {
  const { language: wanted } = request.query as Record<string, unknown>;
  const language = localeOf(typeof wanted === 'string' ? wanted : request.headers['accept-language']);
  const words = CATALOGUE_WORDS[language];
  const other = language === 'en' ? 'de' : 'en';
  const { frameOrigins, signIn, hint } = deployment;
  const ancestors = [...frameOrigins];
  const nonce = newNonce();
  const frame: Frame = {
    locale: { language, tag: language },
    look: lookOf(undefined),
    nonce,
    ancestors,
    styleUrl: STYLE_URL,
    extraStyleUrl: CATALOGUE_STYLE_URL,
    testMode: false,
    simulation: false,
    words: { title: words.title, skip: words.skip },
    otherLanguage: { language: other, name: words.otherLanguage, href: `?language=${other}` },
  };
  const facts = { language, signIn, ancestors, words: CATALOGUE_WORDS, ...(hint === undefined ? {} : { hint }) };
  const content = (
    <main id="content" class="wide" tabIndex={-1}>
      <div id="catalogue" />
      <noscript>
        <p class="alert">{words.noScript}</p>
      </noscript>
      <BrowserFacts facts={facts} nonce={nonce} />
      <script type="module" nonce={nonce} src={SCRIPT_URL} />
    </main>
  );
  const policy = contentPolicy({ nonce, origins: NO_ORIGINS, publicUrl: app.publicUrl, images: [], ancestors });
  return reply
    .header('content-security-policy', policy)
    .header('content-language', language)
    .header('vary', 'accept-language')
    .type('text/html; charset=utf-8')
    .send(documentOf(frame, words.title, content));
}
