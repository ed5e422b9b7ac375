/** Plays conversations to a whole app over TCP: each with a tenant of its own, on a connection of its own. */
import { expect } from 'vitest';
import { signSandboxWebhook } from '../../../src/connectors/sandbox/index.js';
import { merchant } from '../../flows/marketplaces.js';
import { SANDBOX_SETTINGS, type TestApp, type TestShop } from '../../support/app.js';
import type { StripeShop } from '../../support/stripe.js';
import {
  compared,
  filled,
  partsOf,
  type Conversation,
  type Directive,
  type Exchange,
  type Values,
} from './transcript.js';
import { openWire, type RawAnswer, type Wire } from './wire.js';

/** Where conversations are played: an app, and how a new tenant of it is connected. */
export interface Place {
  app: TestApp;
  connected(settings: Record<string, unknown>): Promise<TestShop | StripeShop>;
}

/** An app whose tenants have the sandbox connector. */
export function sandboxPlace(app: TestApp): Place {
  return {
    app,
    connected: async (settings) => {
      const shop = app.shop();
      expect((await shop.configure({ ...SANDBOX_SETTINGS, ...settings })).status).toBe(200);
      return shop;
    },
  };
}

interface Stage {
  app: TestApp;
  shop: TestShop | StripeShop;
  wire: Wire;
  values: Values;
}

/** On every answer, and the same whatever is answered. */
const EVERYWHERE = new Set(['date', 'connection', 'keep-alive', 'content-length']);
const LOOKS = 200;
const LOOK_MS = 50;

/** Plays one conversation. Fails at the first byte that differs. */
export async function play({ app, connected }: Place, { exchanges, rest }: Conversation): Promise<void> {
  const opening = exchanges[0]?.directives ?? [];
  const settings = JSON.parse(opening.find(({ word }) => word === 'settings')?.rest ?? '{}') as Record<string, unknown>;
  const isNew = opening.some(({ word }) => word === 'unconfigured');
  const shop = isNew ? app.shop() : await connected(settings);
  const values: Values = new Map([
    ['host', new URL(app.url).host],
    ['public', app.config.publicUrl],
    ['tenant', shop.tenantId],
    ['token', await app.token('aop-app', shop.tenantId)],
    ['channelToken', await app.token('aop-event-platform', shop.tenantId)],
    ['secret', SANDBOX_SETTINGS.webhookSecret],
  ]);
  const stage = { app, shop, wire: openWire(app.config.port), values };
  try {
    for (const exchange of exchanges) await playExchange(stage, exchange);
    expect(rest, 'directives without a request behind them').toEqual([]);
  } finally {
    stage.wire.close();
  }
}

async function playExchange(stage: Stage, { directives, request, answer }: Exchange): Promise<void> {
  for (const directive of directives) await follow(stage, directive);
  const has = (word: string) => directives.find((directive) => directive.word === word);
  const chunk = Number(has('chunked')?.rest ?? 0);
  let seen = await sent(stage, request, chunk);
  for (let look = 0; has('patiently') !== undefined && seen.body.equals(Buffer.from('[]')); look += 1) {
    if (look === LOOKS) throw new Error('nothing came');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    seen = await sent(stage, request, chunk);
  }
  compareAnswer(answer, seen, stage.values);
}

async function sent({ wire, values }: Stage, request: string, chunk: number): Promise<RawAnswer> {
  const { head, body: text } = partsOf(request);
  const plain = Buffer.from(filled(text, values));
  const body = chunk === 0 ? plain : inChunks(plain, chunk);
  const all = new Map([...values, ['length', String(body.length)]]);
  const bytes = Buffer.from(`${head.map((line) => filled(line, all)).join('\r\n')}\r\n\r\n`);
  return wire.send(bytes, body, { expectsContinue: head.some((line) => /^expect:/i.test(line)) });
}

function inChunks(body: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n'));
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')]);
}

/** Status line, headers and body: all of them, and nothing else. */
function compareAnswer(answer: string, seen: RawAnswer, values: Values): void {
  const own = seen.headers.filter(([name]) => !EVERYWHERE.has(name.toLowerCase()));
  const text = [seen.statusLine, ...own.map(([name, value]) => `${name}: ${value}`), '', seen.body.toString('utf8')];
  const { head, body } = partsOf(answer);
  const wanted = [...head, '', body].join('\n');
  const difference = compared(wanted, text.join('\n'), values);
  if (difference !== undefined) expect(text.join('\n')).toBe(difference);
  const length = seen.headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1];
  expect(length ?? '0').toBe(String(seen.body.length));
}

/** What stands between two exchanges. */
const STEPS: Readonly<Record<string, (stage: Stage, rest: string) => Promise<void>>> = {
  psp: async ({ shop, values }, rest) => {
    const event = JSON.parse(filled(rest, values)) as Record<string, unknown>;
    expect((await shop.webhook(event)).status).toBe(200);
  },
  signed: ({ app, values }, rest) => {
    const seconds = Math.floor(app.app.clock.now() / 1000);
    values.set('signature', signSandboxWebhook(Buffer.from(rest), [SANDBOX_SETTINGS.webhookSecret], seconds));
    return Promise.resolve();
  },
  told: async ({ shop }, rest) => {
    await shop.until(rest);
  },
  merchant: ({ app, shop }, rest) => merchant(app, shop, rest),
  stripe: async ({ shop, values }, rest) => {
    const [name = '', path = '', fields = ''] = filled(rest, values).split(' ');
    const made = (await (shop as StripeShop).stripe(path, Object.fromEntries(new URLSearchParams(fields)))) as object;
    expect(made).toHaveProperty('id');
    values.set(name, (made as { id: string }).id);
  },
};
/** Those that are about the tenant or the next request alone. */
const MARKS = new Set(['settings', 'unconfigured', 'patiently', 'chunked']);

async function follow(stage: Stage, { word, rest }: Directive): Promise<void> {
  if (MARKS.has(word)) return;
  const step = STEPS[word];
  if (step === undefined) throw new Error(`@${word} is not known`);
  await step(stage, rest);
}
