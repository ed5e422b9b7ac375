/** What a merchant's browser opens on its way to the PSP's forms and back: two hops, and a page with the status. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { JSX } from 'preact';
import type { OnboardingStatus } from '../domain/event.js';
import type { App } from '../flows/app.js';
import { comeBack, goOn, goOnUrl, openOnboarding, type OpenedOnboarding } from '../flows/onboarding-hops.js';
import { STYLE_URL } from './assets.js';
import { asErrorCode } from './failure.js';
import { documentOf, ShopLink, type Frame } from './layout.js';
import { pageLocale } from './locale.js';
import { frameAncestors, lookOf } from './look.js';
import { Mark, type Tone } from './notice-page.js';
import { ONBOARDING, type OnboardingState } from './onboarding-texts.js';
import { contentPolicy, newNonce, NO_ORIGINS } from './security.js';

interface Visit {
  app: App;
  /** The PSP is simulated: the page says so. */
  simulation: boolean;
  request: FastifyRequest;
  reply: FastifyReply;
}

/** Registers them. Failures are told on a page that says nothing of any merchant. */
export function registerOnboarding(pages: FastifyInstance, app: App, simulation: boolean): void {
  const visit = (request: FastifyRequest, reply: FastifyReply): Visit => ({ app, simulation, request, reply });
  void pages.register(async (hops) => {
    hops.setErrorHandler((error, request, reply) => sendFailure(visit(request, reply), error));
    hops.get('/onboarding/return', (request, reply) => backFromForms(visit(request, reply)));
    hops.get('/onboarding/refresh', (request, reply) => toForms(visit(request, reply)));
    hops.get('/onboarding/start', (request, reply) => showStart(visit(request, reply)));
  });
}

async function backFromForms(visit: Visit): Promise<FastifyReply> {
  const { opened, location } = await comeBack(visit.app, await open(visit));
  if (location !== undefined) return visit.reply.redirect(location, 303);
  return sendStatus(visit, opened);
}

async function toForms(visit: Visit): Promise<FastifyReply> {
  const opened = await open(visit);
  const location = await goOn(visit.app, opened);
  if (location !== undefined) return visit.reply.redirect(location, 303);
  // Trying again is of no use when the tenant has left or its connector is not there.
  return send(visit, {
    state: 'unreachable',
    opened,
    ...(isServed(opened) ? { onward: goOnUrl(visit.app, opened) } : {}),
  });
}

async function showStart(visit: Visit): Promise<FastifyReply> {
  return sendStatus(visit, await open(visit));
}

function open({ app, request }: Visit): Promise<OpenedOnboarding> {
  const { state } = request.query as { state?: unknown };
  return openOnboarding(app, typeof state === 'string' ? state : '');
}

/** The status, and the way on for a merchant who still can do something. */
function sendStatus(visit: Visit, opened: OpenedOnboarding): FastifyReply {
  const { status } = opened.merchant;
  const isOver = status === 'rejected' || !isServed(opened);
  return send(visit, { state: status, opened, ...(isOver ? {} : { onward: goOnUrl(visit.app, opened) }) });
}

function isServed({ tenant, connector }: OpenedOnboarding): boolean {
  return tenant.status !== 'DISCONNECTED' && connector !== undefined;
}

function sendFailure(visit: Visit, error: unknown): FastifyReply {
  const isUnknown = asErrorCode(error) === 'page_unknown';
  if (!isUnknown) visit.app.log.error('onboarding page failed', { route: visit.request.routeOptions.url, error });
  visit.reply.code(isUnknown ? 404 : 500);
  return send(visit, { state: isUnknown ? 'unknown' : 'broken' });
}

interface Shown {
  state: OnboardingState;
  opened?: OpenedOnboarding;
  /** Where the merchant's browser goes on at the PSP. */
  onward?: string;
}

function send(visit: Visit, shown: Shown): FastifyReply {
  const { app, reply } = visit;
  const frame = frameOf(visit, shown.opened);
  const { heading } = ONBOARDING[frame.locale.language].states[shown.state];
  const { nonce, ancestors, look } = frame;
  const images = [look.logoUrl, look.faviconUrl].filter((url) => url !== undefined);
  const policy = contentPolicy({ nonce, origins: NO_ORIGINS, publicUrl: app.publicUrl, images, ancestors });
  return reply
    .header('content-security-policy', policy)
    .header('content-language', frame.locale.language)
    .type('text/html; charset=utf-8')
    .send(documentOf(frame, heading, <Content frame={frame} shown={shown} />));
}

function frameOf({ request, simulation }: Visit, opened?: OpenedOnboarding): Frame {
  const { tenant, connector } = opened ?? {};
  const locale = pageLocale(tenant, undefined, request.headers['accept-language']);
  const { title, skip } = ONBOARDING[locale.language];
  return {
    locale,
    look: lookOf(tenant),
    nonce: newNonce(),
    ancestors: frameAncestors(tenant),
    styleUrl: STYLE_URL,
    testMode: connector?.mode(tenant?.settings ?? {}) === 'test',
    simulation: opened !== undefined && simulation,
    words: { title, skip },
  };
}

function Content({ frame, shown }: { frame: Frame; shown: Shown }): JSX.Element {
  const words = ONBOARDING[frame.locale.language];
  const { state, opened, onward } = shown;
  const { heading, text } = words.states[state];
  const title = opened?.connector?.title ?? '';
  const isDone = state === 'completed' || state === 'enabled' || state === 'pending';
  const label = state === 'unreachable' ? words.again : isDone ? words.details : words.onward;
  return (
    <main id="content" class="wide narrow" tabIndex={-1}>
      <section class={`card notice ${TONES[state] ?? 'plain'}`}>
        <Mark tone={TONES[state] ?? 'plain'} />
        <h1>{heading}</h1>
        <p>{text}</p>
        {onward !== undefined && (
          <ShopLink url={onward} kind={isDone ? 'button plain' : 'button'}>
            {label.replace('{psp}', () => title)}
          </ShopLink>
        )}
      </section>
    </main>
  );
}

const TONES: Readonly<Partial<Record<OnboardingState, Tone>>> = {
  completed: 'good',
  enabled: 'good',
  pending: 'waiting',
  restricted: 'bad',
  rejected: 'bad',
  broken: 'bad',
} satisfies Partial<Record<OnboardingStatus | 'broken', Tone>>;
