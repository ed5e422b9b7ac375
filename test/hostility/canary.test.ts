/**
 * Canary secrets travel through the whole app, also through everything that can fail; then every place where text can
 * end up is searched for them. A harmless marker takes the same way and must be found in each place: a search that
 * finds nothing because it looks at nothing would fail.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { control } from '../crash/flow.js';
import { PATIENCE_MS, prepareSandbox, type Sandbox } from '../crash/sandbox.js';
import { app, canaries, CVC, MARKER, ON_PURPOSE, pageTokens, SECRETS, travel } from './journey.js';
import { canary, filesBelow, findings, type Places } from './places.js';
import { watchDatabase } from './state.js';

let sandbox: Sandbox;

async function collect(): Promise<Places> {
  const places: Places = new Map();
  places.set('log: stdout and stderr of the sandbox', sandbox.output());
  for (const [index, { request, headers, body, status }] of app.all.entries()) {
    places.set(`headers: ${request} #${index}`, headers);
    const kind = headers.includes('text/html') ? 'html' : status >= 400 ? 'error' : 'answer';
    places.set(`${kind}: ${request} #${index}`, body);
  }
  const watched = await watchDatabase(await sandbox.databaseUrl());
  for (const { table, row } of await watched.rows())
    places.set(`database: ${table}`, `${places.get(`database: ${table}`) ?? ''}${row}\n`);
  await watched.close();
  places.set('simulator journal', JSON.stringify(await control(sandbox, 'requests')));
  for (const [path, text] of await filesBelow(sandbox.dataDir)) {
    const below = path.slice(sandbox.dataDir.length + 1);
    const kind = below.startsWith('postgres/')
      ? 'database files'
      : below.startsWith('simulator/')
        ? 'simulator state'
        : below.startsWith('shop-')
          ? 'shop journal'
          : `file ${below}`;
    places.set(kind, `${places.get(kind) ?? ''}${text}`);
  }
  return places;
}

let places: Places;

beforeAll(async () => {
  sandbox = await prepareSandbox({ LOG_LEVEL: 'trace', MASTER_KEY: SECRETS.masterKey });
  sandbox.launch();
  await sandbox.ready();
  await travel(sandbox);
  const endpoints = (await control(sandbox, 'snapshot')) as {
    rows: [string, string, string, { secrets?: { value: string }[] } | null][];
  };
  const signing = endpoints.rows.flatMap(([collection, , , row]) =>
    collection === 'endpoint_secrets' ? (row?.secrets ?? []) : [],
  );
  expect(signing.length).toBeGreaterThan(0);
  canaries.push(
    ...signing.map(({ value }) => canary('signing secret of a webhook endpoint', value, ['simulator state'])),
    // The PSP is told where to send the customer back to, and the page tells the PSP's script.
    ...pageTokens.map((token) =>
      canary('page token', token, [
        ON_PURPOSE.initialize,
        ON_PURPOSE.session,
        'headers: page return',
        'simulator state',
      ]),
    ),
    canary('master key', SECRETS.masterKey),
    canary('secret key of the tenant', SECRETS.stripeKey, ['simulator state']),
    canary('refused secret key', SECRETS.refusedKey, ['simulator state']),
    canary('webhook secret set by hand', SECRETS.sandboxWebhookSecret),
    canary('OAuth client secret', SECRETS.clientSecret),
    // The shop's page names the test cards.
    { name: 'card number', pattern: /4242 ?4242 ?4242 ?4242|4000 ?0000 ?0000 ?0002/, allowed: ['html: shop page'] },
    { name: 'security code', pattern: new RegExp(`(?:cvc|cvv|security).{0,24}${CVC}`, 'i'), allowed: [] },
  );
  places = await collect();
}, 3 * PATIENCE_MS);

afterAll(async () => {
  await sandbox.remove();
});

describe('secrets', () => {
  it('travel through everything and are nowhere in clear text', () => {
    console.log(`Searched ${places.size} places for ${canaries.length} canaries:\n  ${summary([...places.keys()])}`);
    expect(findings(places, canaries)).toEqual([]);
  });

  it('would be found: a harmless marker that went the same way is in every kind of place', () => {
    const found = new Set(findings(places, [canary('marker', MARKER)]).map(({ place }) => place));
    const kinds = [
      'log:',
      'headers: page return',
      'html: page',
      'answer: page status',
      'error: wrong reference',
      'database: payments',
      'database: outbox',
      'database files',
      'simulator journal',
      'simulator state',
      'shop journal',
      'file postgres.log',
    ];
    const unfound = kinds.filter((kind) => ![...found].some((place) => place.startsWith(kind)));
    expect(unfound).toEqual([]);
  });

  it('that are planted are found, each in each place', () => {
    for (const [name, secret] of Object.entries(SECRETS)) {
      for (const spelling of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) {
        const planted = new Map([...places.keys()].map((place) => [place, `before ${spelling} after`]));
        expect(findings(planted, [canary(name, secret)])).toHaveLength(places.size);
      }
    }
  });
});

function summary(names: string[]): string {
  const counts = new Map<string, number>();
  for (const name of names) {
    const kind = name.replace(/ #\d+$/, '');
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => (count === 1 ? kind : `${kind} (${count})`)).join('\n  ');
}
