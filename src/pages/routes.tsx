/** The routes a customer's browser opens: the payment page, the way back from the PSP, and our files. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { asErrorCode } from './failure.js';
import { AppError } from '../domain/errors.js';
import type { App } from '../flows/app.js';
import {
  locationOf, openPage, refreshPage, returnLocationOf, successUrlOf, webUrl,
  type OpenedPage, type PageCredentials,
} from '../flows/payment-page.js'; // prettier-ignore
import { registerAssets, STYLE_URL, type AssetPlaces } from './assets.js';
import { registerCalls } from './calls.js';
import { registerCatalogue, type CatalogueDeployment } from './catalogue.js';
import type { Frame } from './layout.js';
import { pageLocale } from './locale.js';
import { frameAncestors, lookOf } from './look.js';
import { noticePage } from './notice-page.js';
import { registerOnboarding } from './onboarding.js';
import { formPage } from './payment-page.js';
import { contentPolicy, newNonce, NO_ORIGINS, permissions, setSecurityHeaders } from './security.js';
import { summaryOf } from './summary.js';
import type { NoticeState } from './texts.js';

export interface PageDeployment extends AssetPlaces {
  /** Where the PSP's script comes from when it is not its usual place. */
  stripeJsUrl?: string;
  /** The PSP is simulated: the page says so. */
  simulation: boolean;
  catalogue: CatalogueDeployment;
}

const SCRIPT_URL = '/assets/islands/page-payment-page.js';

/** Registers `/app-payment`, `/app-catalogue`, `/onboarding` and `/assets`, with its own body parser, headers and failures. */
export function registerPages(server: FastifyInstance, app: App, deployment: PageDeployment): void {
  void server.register(async (pages) => {
    pages.addHook('onRequest', async (_request, reply) => setSecurityHeaders(reply, app.publicUrl));
    registerAssets(pages, deployment);
    registerCalls(pages, app);
    registerCatalogue(pages, app, deployment.catalogue);
    registerOnboarding(pages, app, deployment.simulation);
    await pages.register(async (documents) => {
      documents.setErrorHandler((error, request, reply) => sendFailure({ app, deployment, request, reply }, error));
      documents.get('/app-payment', (request, reply) => showPage({ app, deployment, request, reply }));
      documents.get('/app-payment/redirect', (request, reply) => comeBack({ app, deployment, request, reply }));
    });
  });
}

interface Visit {
  app: App;
  deployment: PageDeployment;
  request: FastifyRequest;
  reply: FastifyReply;
}

async function showPage(visit: Visit): Promise<FastifyReply> {
  const given = credentialsOf(visit.request);
  if (given.transactionId === '' || given.tenantIdentifier === '') return sendNeutral(visit, 'incomplete', 400);
  const tried = (visit.request.query as Record<string, unknown>)['tried'] === '1';
  return sendPage(visit, await openPage(visit.app, given), { tried });
}

/** The PSP's parameters are dropped by one redirect: they hold secrets, and we ask the PSP anyway. */
async function comeBack(visit: Visit): Promise<FastifyReply> {
  const { app, request, reply } = visit;
  const given = credentialsOf(request);
  if (given.transactionId === '')
    return reply.code(400).type('text/plain; charset=utf-8').send(new AppError('transaction_missing').message);
  const clean = Object.entries(given).filter(([, value]) => value !== '');
  if (Object.keys(request.query as object).length > clean.length) {
    return reply.redirect(`/app-payment/redirect?${new URLSearchParams(clean).toString()}`, 302);
  }
  if (given.token === '' || given.tenantIdentifier === '') {
    return reply.redirect(await successUrlOf(app, given.transactionId), 302);
  }
  const page = await refreshPage(app, await openPage(app, given));
  const location = returnLocationOf(app, page);
  if (location === undefined) return sendPage(visit, page);
  // A shop's page belongs at the top and not into its own frame, so the browser code takes the customer there.
  const isOurs = location.startsWith(`${app.publicUrl}/`);
  if (!isOurs && mayBeFramed(request, page)) return sendPage(visit, page, { leaves: true });
  return reply.redirect(location, 302);
}

/** Browsers say what they load a document for; an older one says nothing. */
function mayBeFramed(request: FastifyRequest, page: OpenedPage): boolean {
  return frameAncestors(page.tenant).length > 0 && request.headers['sec-fetch-dest'] !== 'document';
}

/** `tried`: the customer comes back from a try that brought no payment. `leaves`: the notice goes to the shop at once. */
function sendPage(visit: Visit, page: OpenedPage, how: { tried?: boolean; leaves?: boolean } = {}): FastifyReply {
  const { app, deployment } = visit;
  const { payment } = page.file;
  const frame = frameOf(visit, page);
  const summary = summaryOf(payment, frame.locale);
  const verbs = page.connector?.page;
  const cancelUrl = webUrl(payment.redirectCancelUrl);
  if (page.state !== 'payable' || verbs === undefined || page.connector === undefined) {
    const state = page.state === 'payable' ? 'closed' : page.state;
    const shopUrl = locationOf(page) ?? cancelUrl ?? webUrl(payment.redirectSuccessUrl);
    const html = noticePage({
      frame, state, summary, scriptUrl: SCRIPT_URL, leaves: how.leaves === true,
      ...(shopUrl === undefined ? {} : { shopUrl }),
    }); // prettier-ignore
    return send(visit, frame, html);
  }
  const settings = pageSettings(deployment);
  const expiresInSeconds = Math.floor((Date.parse(payment.pageExpiresAt) - app.clock.now()) / 1000);
  const html = formPage({
    frame,
    summary,
    ...(cancelUrl === undefined ? {} : { cancelUrl }),
    scriptUrl: SCRIPT_URL,
    ...(verbs.scriptUrl === undefined ? {} : { pspScriptUrl: verbs.scriptUrl(settings) }),
    islandUrl: `/assets/islands/${page.connector.name}-${verbs.island}.js`,
    chooses: verbs.choose !== undefined,
    expiresInSeconds,
    tried: how.tried === true,
  });
  return send(visit, frame, html, page);
}

/** Says nothing of any payment or tenant. */
function sendNeutral(visit: Visit, state: NoticeState, status: number): FastifyReply {
  const frame = frameOf(visit);
  visit.reply.code(status);
  return send(visit, frame, noticePage({ frame, state }));
}

function sendFailure(visit: Visit, error: unknown): FastifyReply {
  const code = asErrorCode(error);
  if (code === 'page_unknown') return sendNeutral(visit, 'unknown', 404);
  visit.app.log.error('payment page failed', { route: visit.request.routeOptions.url, error });
  return sendNeutral(visit, 'broken', 500);
}

/** `page`: the one whose form needs the PSP's origins. */
function send(visit: Visit, frame: Frame, html: string, page?: OpenedPage): FastifyReply {
  const { app, deployment, reply } = visit;
  const origins = page?.connector?.page?.policy(pageSettings(deployment)) ?? NO_ORIGINS;
  const images = [frame.look.logoUrl, frame.look.faviconUrl].filter((url) => url !== undefined);
  const { nonce, ancestors } = frame;
  const policy = contentPolicy({ nonce, origins, publicUrl: app.publicUrl, images, ancestors });
  return reply
    .header('content-security-policy', policy)
    .header('permissions-policy', permissions(origins.frame))
    .header('content-language', frame.locale.language)
    .type('text/html; charset=utf-8')
    .send(html);
}

function frameOf({ request, deployment }: Visit, page?: OpenedPage): Frame {
  const settings = page?.tenant.settings ?? {};
  return {
    locale: pageLocale(page?.tenant, page?.file.payment.order.locale, request.headers['accept-language']),
    look: lookOf(page?.tenant),
    nonce: newNonce(),
    ancestors: frameAncestors(page?.tenant),
    styleUrl: STYLE_URL,
    testMode: page?.connector?.mode(settings) === 'test',
    simulation: page !== undefined && deployment.simulation,
  };
}

function pageSettings({ stripeJsUrl }: PageDeployment): { scriptUrl?: string } {
  return stripeJsUrl === undefined ? {} : { scriptUrl: stripeJsUrl };
}

/** A parameter that is missing or told twice counts as empty. */
function credentialsOf(request: FastifyRequest): PageCredentials {
  const query = request.query as Record<string, unknown>;
  const text = (name: string): string => (typeof query[name] === 'string' ? query[name] : '');
  return { transactionId: text('transactionId'), tenantIdentifier: text('tenantIdentifier'), token: text('token') };
}
