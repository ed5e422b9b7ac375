/** The frame of every page of the console (banner, tabs, state in short) and the small parts the pages share. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ComponentChildren, VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { isFrozen } from '../core/time.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import { html } from '../server/wire.js';
import type { WireAnswer } from '../server/wire.js';
import { API_VERSION } from '../webhooks/emit.js';
import { isPaused } from './console-record.js';

/** Where the console lives; the root of the simulator shows it too. */
export const CONSOLE = '/_sim/console';

/** The stylesheet; its address changes with its content. */
export const STYLESHEET: string = readFileSync(fileURLToPath(new URL('./console.css', import.meta.url)), 'utf8');
const STYLESHEET_URL = `${CONSOLE}/console.css?v=${createHash('sha256').update(STYLESHEET).digest('hex').slice(0, 8)}`;

const POLICY =
  "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const ICON =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"%3E%3Crect width="40" height="40" rx="11" fill="%233d4fb8"/%3E%3Cpath d="M8 14h10m6 0h8M8 26h4m6 0h14" stroke="%23fff" stroke-width="3" stroke-linecap="round"/%3E%3Ccircle cx="21" cy="14" r="4" fill="%23fff"/%3E%3Ccircle cx="15" cy="26" r="4" fill="%23fff"/%3E%3C/svg%3E';

/** What a page says about the form that led to it. */
export interface Said {
  kind: 'good' | 'bad';
  text: string;
}

/** What every page is given. */
export interface Frame {
  sim: Simulation;
  query: Record<string, unknown>;
  said: Said | null;
}

const TABS = [
  { path: CONSOLE, text: 'Payments' },
  { path: `${CONSOLE}/accounts`, text: 'Accounts' },
  { path: `${CONSOLE}/wallets`, text: 'Wallets' },
  { path: `${CONSOLE}/webhooks`, text: 'Webhooks' },
  { path: `${CONSOLE}/faults`, text: 'Faults' },
  { path: `${CONSOLE}/clock`, text: 'Clock' },
  { path: `${CONSOLE}/requests`, text: 'Requests' },
];

interface LayoutProps {
  frame: Frame | null;
  title: string;
  /** The path of the tab this page belongs to. */
  tab?: string;
  children: ComponentChildren;
}

/** A whole document. Without a frame it shows nothing of the state. */
export function Layout({ frame, title, tab, children }: LayoutProps) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>{`${title} · Simulator console`}</title>
        <link rel="icon" href={ICON} type="image/svg+xml" />
        <link rel="stylesheet" href={STYLESHEET_URL} />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <aside class="banner" aria-label="Simulation">
          <strong>Simulation.</strong> This is not Stripe: no real cards, no real money.
        </aside>
        <div class="page">
          <header class="header">
            <div class="header-row">
              <a class="brand" href={CONSOLE}>
                <img src={ICON} alt="" width="36" height="36" />
                Simulator console
              </a>
              {frame && <State sim={frame.sim} />}
            </div>
            {frame && (
              <nav aria-label="Console">
                {TABS.map(({ path, text }) => (
                  <a href={path} aria-current={path === tab ? 'page' : undefined}>
                    {text}
                  </a>
                ))}
              </nav>
            )}
          </header>
          <main id="main" tabIndex={-1}>
            {frame?.said && (
              <p class={`said ${frame.said.kind}`} role={frame.said.kind === 'bad' ? 'alert' : 'status'}>
                {frame.said.text}
              </p>
            )}
            {children}
          </main>
          <footer class="footer">
            <p>Offline simulator of Stripe’s API, version {API_VERSION}</p>
            <p>The same as JSON: {frame ? <a href="/_sim/health">/_sim/health</a> : '/_sim/'}</p>
          </footer>
        </div>
      </body>
    </html>
  );
}

/** What a person must know on every page: what time it is there, and what is held back or broken on purpose. */
function State({ sim }: { sim: Simulation }) {
  const faults = sim.store.read.all('faults', OWN).filter((rule) => rule.times > 0).length;
  return (
    <p class="state">
      {faults > 0 && (
        <a class="pill tone-bad" href={`${CONSOLE}/faults`}>
          {faults === 1 ? '1 fault' : `${faults} faults`}
        </a>
      )}
      {isPaused(sim) && (
        <a class="pill tone-held" href={`${CONSOLE}/webhooks`}>
          Webhooks paused
        </a>
      )}
      <a class={`pill ${isFrozen(sim.store) ? 'tone-held' : 'tone-quiet'}`} href={`${CONSOLE}/clock`}>
        {isFrozen(sim.store) ? 'Frozen: ' : ''}
        <Moment ms={sim.now()} />
      </a>
    </p>
  );
}

/** The answer with this document: never cached, no scripts, no frames. */
export function page(status: number, document: VNode): WireAnswer {
  // Not `no-referrer`: forms of such a page come without the origin that tells them from a stranger's.
  const headers = { 'content-security-policy': POLICY, 'referrer-policy': 'same-origin' };
  return html(status, `<!doctype html>${renderToString(document)}`, {
    ...headers,
    'x-content-type-options': 'nosniff',
  });
}

/** A moment for people, in this machine's time zone, with the exact time for machines. */
export function Moment({ ms }: { ms: number }) {
  const at = new Date(ms);
  const shown = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
  return <time dateTime={at.toISOString()}>{shown}</time>;
}

export type Tone = 'quiet' | 'held' | 'good' | 'bad' | 'back';

/** A word on a coloured ground that tells a state at a glance. */
export function Badge({ tone, children }: { tone: Tone; children: ComponentChildren }) {
  return <span class={`badge tone-${tone}`}>{children}</span>;
}

export type Fact = [name: string, value: VNode | string | null | undefined];

/** Names and values, one below the other; what is null or empty is left out. */
export function FactList({ facts }: { facts: Fact[] }) {
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value != null && value !== '')
        .map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** JSON behind a line to click on. */
export function Json({ label, value }: { label: string; value: unknown }) {
  return (
    <details>
      <summary>{label}</summary>
      <pre tabIndex={0}>{JSON.stringify(value, null, 2)}</pre>
    </details>
  );
}

export const PAGE_LENGTH = 50;

/** The rows of the page asked for (`?page=2`), and the number of that page. */
export function pageOfRows<Row>(rows: readonly Row[], query: Record<string, unknown>): { rows: Row[]; number: number } {
  const last = Math.max(1, Math.ceil(rows.length / PAGE_LENGTH));
  const asked = Number(query.page ?? 1);
  const number = Number.isInteger(asked) ? Math.min(Math.max(asked, 1), last) : 1;
  return { rows: rows.slice((number - 1) * PAGE_LENGTH, number * PAGE_LENGTH), number };
}

interface PagerProps {
  path: string;
  query: Record<string, string>;
  count: number;
  number: number;
}

/** Links to newer and older rows; nothing when all fit. */
export function Pager({ path, query, count, number }: PagerProps) {
  const last = Math.ceil(count / PAGE_LENGTH);
  if (last <= 1) return null;
  const to = (page: number): string => `${path}?${new URLSearchParams({ ...query, page: String(page) })}`;
  return (
    <nav class="pager" aria-label="Pages">
      {number > 1 && <a href={to(number - 1)}>Newer</a>}
      <span>{`Page ${number} of ${last}`}</span>
      {number < last && <a href={to(number + 1)}>Older</a>}
    </nav>
  );
}
