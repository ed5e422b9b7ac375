/** The app catalogue's page and loader: who may frame it, what it may load, and that it knows nobody and no secret. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CATALOGUE_WORDS } from '../../src/pages/catalogue-texts.js';
import { testApp, type TestApp } from '../support/app.js';
import { CATALOGUE, ISLANDS, pagesOf } from './pages.js';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const BACK_OFFICE = 'https://backoffice.shop.example';
const HINT = { tenant: 'demo-shop', clientId: 'sandbox-shop', clientSecret: 'sandbox-secret' };

async function page(
  deployment: Partial<{ frameOrigins: string[]; hint: typeof HINT; signIn: 'token' }> = {},
  of: { url?: string; language?: string } = {},
) {
  const server = pagesOf(app.app, { catalogue: { ...CATALOGUE, ...deployment } });
  const headers = of.language === undefined ? {} : { 'accept-language': of.language };
  const { statusCode, body, headers: answered } = await server.inject({ url: of.url ?? '/app-catalogue', headers });
  const policy = new Map(
    String(answered['content-security-policy'])
      .split('; ')
      .map((part) => [part.split(' ')[0] ?? '', part.split(' ').slice(1)]),
  );
  const facts = JSON.parse(/id="page-facts"[^>]*>([^<]*)</.exec(body)?.[1] ?? 'null') as Record<string, unknown>;
  return { status: statusCode, body, headers: answered, policy, facts };
}

describe('the page', () => {
  test('is framed by nobody unless the deployment names who may', async () => {
    expect((await page()).policy.get('frame-ancestors')).toEqual(["'none'"]);
    const { policy, facts } = await page({ frameOrigins: [BACK_OFFICE, 'https://second.example'] });
    expect(policy.get('frame-ancestors')).toEqual([BACK_OFFICE, 'https://second.example']);
    expect(facts['ancestors']).toEqual([BACK_OFFICE, 'https://second.example']);
  });

  test('loads our own code and asks our own origin, and nothing else', async () => {
    const { policy, headers, body } = await page();
    expect(policy.get('default-src')).toEqual(["'none'"]);
    expect(policy.get('connect-src')).toEqual(["'self'"]);
    expect(policy.get('frame-src')).toEqual(["'none'"]);
    const [nonce, ...scripts] = policy.get('script-src') ?? [];
    expect(nonce).toMatch(/^'nonce-/);
    expect(scripts).toEqual([`${app.config.publicUrl}/assets/islands/`]);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    expect(headers['set-cookie']).toBeUndefined();
    for (const [tag] of body.matchAll(/<script[^>]*>/g)) expect(tag).toContain(`nonce="${nonce?.slice(7, -1)}"`);
  });

  test('holds no credentials in production, those of README in a sandbox, and no tenant from its address', async () => {
    const shop = app.shop('tenant-nobody-names');
    await shop.configure();
    const plain = await page({}, { url: '/app-catalogue?tenant=tenant-nobody-names&language=%22%3E%3Cscript%3E' });
    expect(plain.status).toBe(200);
    expect(plain.facts['hint']).toBeUndefined();
    for (const text of ['sandbox-secret', 'sandbox-shop', 'tenant-nobody-names', 'whsec_', '"><script>'])
      expect(plain.body).not.toContain(text);
    expect((await page({ hint: HINT })).facts['hint']).toEqual(HINT);
  });

  test('speaks the language asked for, else that of the browser, else English', async () => {
    const german = CATALOGUE_WORDS.de.title;
    expect((await page({}, { language: 'de-DE,en;q=0.5' })).body).toContain(`<title>${german}</title>`);
    expect((await page({}, { url: '/app-catalogue?language=de_AT', language: 'en' })).body).toContain(
      '<html lang="de">',
    );
    expect((await page({}, { language: 'fr' })).body).toContain('<html lang="en">');
  });

  test('leads to itself in the other language', async () => {
    const link = async (of: { language?: string; url?: string }) =>
      /<a class="language"[^>]*>[^<]*<\/a>/.exec((await page({}, of)).body)?.[0];
    const german = '<a class="language" href="?language=de" lang="de" hreflang="de">Deutsch</a>';
    const english = '<a class="language" href="?language=en" lang="en" hreflang="en">English</a>';
    expect(await link({ language: 'en' })).toBe(german);
    expect(await link({ language: 'de' })).toBe(english);
    expect(await link({ language: 'en', url: '/app-catalogue?language=de' })).toBe(english);
  });

  test('asks for a token where tokens come from outside', async () => {
    expect((await page()).facts['signIn']).toBe('client');
    expect((await page({ signIn: 'token' })).facts['signIn']).toBe('token');
  });

  test('every text there is in English is there in German, and another one where it is a sentence', () => {
    const { en, de } = CATALOGUE_WORDS;
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
    const same = Object.entries(en).filter(([key, text]) => text === de[key as keyof typeof en] && text.includes(' '));
    expect(same).toEqual([]);
  });
});

describe('the loader', () => {
  const loaderFile = `${ISLANDS}/loader.js`;

  test('knows our address, and any page may load it', async () => {
    const server = pagesOf(app.app, { catalogue: { ...CATALOGUE, loaderFile } });
    const { statusCode, body, headers } = await server.inject('/app-catalogue/loader.js');
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=60, must-revalidate',
    });
    expect(body).toBe(`show(${JSON.stringify(app.config.publicUrl)});\n`);
    const again = await server.inject({
      url: '/app-catalogue/loader.js',
      headers: { 'if-none-match': String(headers['etag']) },
    });
    expect(again.statusCode).toBe(304);
  });
});
