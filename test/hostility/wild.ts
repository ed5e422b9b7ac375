/** What nobody in his right mind sends: bodies, headers and whole requests for the hostile tests. */
import fc from 'fast-check';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { systemClock } from '../../src/clock.js';

export interface Sent {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

export interface Got {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  tookMs: number;
}

/** Sends a request as raw as node:http lets it; header values are latin1. Rejects when no answer comes in 10 s. */
export function send(url: string, { method, path, headers, body }: Sent): Promise<Got> {
  const started = systemClock.now();
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, method, path, headers: { ...headers, 'content-length': String(body.length) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString('utf8'),
            tookMs: systemClock.now() - started,
          }),
        );
        response.on('error', reject);
      },
    );
    request.setTimeout(10_000, () => request.destroy(new Error(`No answer to ${method} ${path} in 10 s`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends bytes that need not be HTTP and returns what comes back until the server closes. */
export function sendBytes(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
    socket.setTimeout(1500, () => socket.destroy());
    socket.on('close', () => resolve(text)).on('error', reject);
  });
}

const NASTY_TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\u202e',
  '\ufeff',
  "' or 1=1 --",
  '"; drop table payments; --',
  '<script>alert(1)</script>',
  '../../../etc/passwd',
  '%00',
  '%',
  '${7*7}',
  '{{7*7}}',
  'null',
  'NaN',
  '-0',
  '9'.repeat(400),
  'x'.repeat(70_000),
  'é'.repeat(300),
  '😀'.repeat(100),
] as const;

const NASTY_NUMBERS = [0, -0, -1, 0.1, 1e21, 1e308, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), 5e-324] as const;

const key = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'hasOwnProperty',
      '',
      '\u0000',
      '0',
      'length',
      'then',
      'toJSON',
    ),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      'orderData',
      'items',
      'expenses',
      'grandTotal',
      'data',
      'attributes',
      'configuration',
      'messageIds',
      'orderReference',
      'amount',
    ),
  },
  fc.string({ maxLength: 20 }),
);

/** Any JSON value, with a taste for the bad ones. */
export const wildValue: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(...NASTY_TEXTS, ...NASTY_NUMBERS, null, true, false, [], {}),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.double(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map(objectOf),
  ),
})).value;

/** An object with its members as own ones, `__proto__` included. */
function objectOf(entries: [string, unknown][]): object {
  const made = {};
  for (const [name, value] of entries)
    Object.defineProperty(made, name, { value, enumerable: true, configurable: true, writable: true });
  return made;
}

/** A valid document in which one place has gone wild. Unlike noise it gets past the first checks. */
export function gone(valid: unknown): fc.Arbitrary<unknown> {
  const places = pathsIn(valid);
  return fc.tuple(fc.constantFrom(...places), wildValue).map(([path, value]) => withAt(valid, path, value));
}

function pathsIn(value: unknown, before: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [before];
  return [before, ...Object.entries(value).flatMap(([name, member]) => pathsIn(member, [...before, name]))];
}

function withAt(value: unknown, [name, ...rest]: string[], wild: unknown): unknown {
  if (name === undefined) return wild;
  const member = (value as Record<string, unknown>)[name];
  if (Array.isArray(value))
    return value.map((element: unknown, index) => (String(index) === name ? withAt(element, rest, wild) : element));
  return { ...(value as object), [name]: withAt(member, rest, wild) };
}

const BOMBS: readonly Buffer[] = [
  '['.repeat(100_000),
  '{"a":'.repeat(50_000),
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  '{"a":1,"a":2,"__proto__":{"isAdmin":true}}',
  '{"orderData":{"__proto__":{"grandTotal":1}}}',
  '1e999999',
  '{"n":1e999999}',
  '{"n":123456789012345678901234567890}',
  '"text alone"',
  'null',
  '\u0000',
  '{"a":"\\u0000"}',
  '{"a":"\\ud800"}',
  `a${'[b]'.repeat(20_000)}=1`,
  Array.from({ length: 5000 }, (_, index) => `a[${index}]=1`).join('&'),
  'a[999999999]=1&a[__proto__][x]=1&constructor[prototype][y]=2',
  'orderData[items][0][__proto__][x]=1',
  '%E0%A4%A=%ff&%00=%00',
  '&&&===&[]=&[=]',
  'x'.repeat(1_048_577),
].map((text) => Buffer.from(text, 'utf8'));

/** Bytes for a body: JSON of wild values, forms, bombs and plain noise. `valid` documents go wild in one place. */
export function wildBody(valid: readonly unknown[]): fc.Arbitrary<Buffer> {
  const nearly = valid.map((document) => gone(document).map(jsonBytes));
  return fc.oneof(
    ...nearly.map((arbitrary) => ({ weight: 6, arbitrary })),
    { weight: 3, arbitrary: wildValue.map(jsonBytes) },
    { weight: 2, arbitrary: fc.constantFrom(...BOMBS) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
    {
      weight: 2,
      arbitrary: fc
        .dictionary(key, fc.string({ maxLength: 10 }), { maxKeys: 6 })
        .map((map) => Buffer.from(new URLSearchParams(wellFormed(map)).toString())),
    },
    { weight: 1, arbitrary: fc.constant(Buffer.alloc(0)) },
  );
}

const jsonBytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? 'undefined');

const wellFormed = (map: Record<string, string>): [string, string][] =>
  Object.entries(map).map(([name, value]) => [Buffer.from(name).toString(), Buffer.from(value).toString()]);

/** Header values survive only without control characters; latin1 stands for bytes that are no UTF-8. */
const headerText = fc.oneof(
  fc.constantFrom(
    '',
    ' ',
    '\u00ff\u00fe',
    'a,b',
    '*',
    '0',
    '-1',
    'null',
    '%00',
    '../x',
    'x'.repeat(4000),
    "' or 1=1 --",
    'é',
    'true,false,true',
    'de;q=0.9,*;q=x',
  ),
  fc.string({ maxLength: 30 }).map((text) => text.replace(/[^\x20-\x7e]/g, '?')),
);

export const wildContentType = fc.constantFrom(
  'application/json',
  'application/json; charset=utf-16',
  'application/vnd.api+json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
  'application/octet-stream',
  'application/json, text/html',
  'x',
  '/',
  '',
);

/** A few headers that the app reads, with values it does not expect. */
export const wildHeaders = fc.dictionary(
  fc.constantFrom(
    'x-tenant-identifier',
    'x-store-reference',
    'tenant-identifier',
    'consumer-id',
    'accept-language',
    'idempotency-key',
    'x-confirmation-status',
    'transfer-name',
    'name',
    'event',
    'correlation-id',
    'transaction-id',
    'actor-id',
    'timestamp',
    'stripe-signature',
    'sandbox-signature',
    'accept',
    'x-forwarded-for',
    'x-http-method-override',
    'referer',
    'cookie',
  ),
  headerText,
  { maxKeys: 4 },
);
