/** The environment: defaults, one clear line for every bad value, and no secret shown. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError, readConfig, type Environment } from '../src/config.js';

const KEY = Buffer.alloc(32, 1).toString('base64');

function lineOf(env: Environment, mode: 'sandbox' | 'serve' = 'sandbox'): string {
  try {
    readConfig(env, mode);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    expect(error.message.split('\n')).toHaveLength(1);
    expect(error.message).toContain(error.variable);
    return error.message;
  }
  throw new Error('The configuration was accepted');
}

test('an empty environment is a sandbox on port 8080', () => {
  expect(readConfig({}, 'sandbox')).toEqual({
    mode: 'sandbox',
    host: '127.0.0.1',
    port: 8080,
    simulatorPort: 8081,
    demoShopPort: 8082,
    dataDir: resolve('data'),
    databaseUrl: undefined,
    brokerUrl: undefined,
    publicUrl: 'http://localhost:8080',
    masterKey: undefined,
    previousMasterKey: undefined,
    appId: 'quittance',
    stripeApiUrl: undefined,
    stripeJsUrl: undefined,
    logLevel: 'info',
    externalIssuer: undefined,
    applePayDomainFile: undefined,
    metricsToken: undefined,
    trustedProxies: [],
    pageTtlMinutes: 120,
    retentionDays: 90,
    catalogueFrameOrigins: [],
    deletePaymentsOnDisconnect: false,
    deleteMerchantsOnDisconnect: false,
  });
});

test('every variable is read', () => {
  const config = readConfig(
    {
      HOST: '::',
      PORT: '9000',
      DATA_DIR: '/var/lib/quittance',
      DATABASE_URL: 'postgresql://app:pw@db/quittance',
      BROKER_URL: 'amqps://app:pw@broker.example.com/shop',
      PUBLIC_URL: 'https://pay.example.com/app/',
      MASTER_KEY: KEY,
      MASTER_KEY_PREVIOUS: KEY.replace('=', ''),
      APP_IDENTIFIER: '0a1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f',
      STRIPE_API_URL: 'http://127.0.0.1:9001',
      STRIPE_JS_URL: 'http://127.0.0.1:9001/v3',
      LOG_LEVEL: 'DEBUG',
      OAUTH_ISSUER: 'https://id.example.com/',
      OAUTH_TENANT_CLAIM: 'https://example.com/tenant',
      PAGE_TTL_MINUTES: '30',
      RETENTION_DAYS: '400',
      CATALOGUE_FRAME_ORIGINS: 'https://backoffice.shop.example, http://localhost:8082',
      METRICS_TOKEN: 'sixteen-characters',
      TRUSTED_PROXIES: '10.0.0.0/8, ::1',
    },
    'serve',
  );
  expect(config).toMatchObject({
    host: '::',
    brokerUrl: 'amqps://app:pw@broker.example.com/shop',
    metricsToken: 'sixteen-characters',
    catalogueFrameOrigins: ['https://backoffice.shop.example', 'http://localhost:8082'],
    trustedProxies: ['10.0.0.0/8', '::1'],
    port: 9000,
    simulatorPort: 9001,
    demoShopPort: 9002,
    dataDir: '/var/lib/quittance',
    databaseUrl: 'postgresql://app:pw@db/quittance',
    publicUrl: 'https://pay.example.com/app',
    masterKey: KEY,
    previousMasterKey: KEY.replace('=', ''),
    appId: '0a1b2c3d-0a1b-4c2d-8e3f-0a1b2c3d4e5f',
    stripeApiUrl: 'http://127.0.0.1:9001',
    stripeJsUrl: 'http://127.0.0.1:9001/v3',
    logLevel: 'debug',
    externalIssuer: {
      issuer: 'https://id.example.com/',
      jwksUrl: 'https://id.example.com/.well-known/jwks.json',
      tenantClaim: 'https://example.com/tenant',
    },
    pageTtlMinutes: 30,
    retentionDays: 400,
  });
});

test('the configuration cannot be changed afterwards', () => {
  const config = readConfig({ OAUTH_ISSUER: 'https://id.example.com/' }, 'sandbox');
  expect(Object.isFrozen(config)).toBe(true);
  expect(Object.isFrozen(config.externalIssuer)).toBe(true);
});

test('production refuses to start without MASTER_KEY, empty or missing', () => {
  expect(lineOf({}, 'serve')).toContain('production refuses to start without MASTER_KEY');
  expect(lineOf({ MASTER_KEY: ' ' }, 'serve')).toContain('production refuses to start without MASTER_KEY');
  expect(readConfig({ MASTER_KEY: KEY }, 'serve').masterKey).toBe(KEY);
});

test('the file for Apple Pay is read at the start', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-config-'));
  const file = join(folder, 'association');
  const refused = (content: string | Buffer) => {
    writeFileSync(file, content);
    return lineOf({ APPLE_PAY_DOMAIN_FILE: file });
  };
  writeFileSync(file, '7B227073704964\n');
  expect(readConfig({ APPLE_PAY_DOMAIN_FILE: file }, 'sandbox').applePayDomainFile).toBe('7B227073704964\n');
  expect(lineOf({ APPLE_PAY_DOMAIN_FILE: folder })).toContain('APPLE_PAY_DOMAIN_FILE');
  expect(lineOf({ APPLE_PAY_DOMAIN_FILE: join(folder, 'none') })).toContain('readable text file');
  for (const wrong of [' \n', 'x'.repeat(70_000), Buffer.from([1, 2, 255])])
    expect(refused(wrong)).toContain('readable text file');
  rmSync(folder, { recursive: true });
});

test('BROKER_URL may name an account of Amazon, with keys and an endpoint', () => {
  const account = 'sqs://eu-central-1/123456789012';
  const local = 'sqs://key:se%2Fcret@us-gov-west-1/000000000000?endpoint=http://127.0.0.1:4566/';
  for (const url of [account, local]) expect(readConfig({ BROKER_URL: url }, 'sandbox').brokerUrl).toBe(url);
});

describe('a malformed value stops the start with one line', () => {
  const cases: [string, Environment, RegExp][] = [
    ['PORT as a word', { PORT: 'http' }, /^Read PORT: seen is "http", wanted is a whole number from 1 to 65533$/],
    ['PORT 0', { PORT: '0' }, /PORT: seen is "0"/],
    ['PORT without room for the two after it', { PORT: '65534' }, /PORT: seen is "65534"/],
    ['PORT with a fraction', { PORT: '80.5' }, /PORT: seen is "80\.5"/],
    ['HOST with a scheme', { HOST: 'http://x' }, /HOST: seen is "http:\/\/x", wanted is a host name or IP address/],
    ['PUBLIC_URL without a scheme', { PUBLIC_URL: 'pay.example.com' }, /PUBLIC_URL: seen is "pay\.example\.com"/],
    [
      'PUBLIC_URL of another scheme',
      { PUBLIC_URL: 'ftp://x/' },
      /PUBLIC_URL: seen is "ftp:\/\/x\/", wanted is an http/,
    ],
    ['PUBLIC_URL with a query', { PUBLIC_URL: 'https://x/?a=b' }, /PUBLIC_URL/],
    ['STRIPE_API_URL', { STRIPE_API_URL: 'nowhere' }, /STRIPE_API_URL: seen is "nowhere"/],
    ['STRIPE_JS_URL', { STRIPE_JS_URL: 'javascript:alert(1)' }, /STRIPE_JS_URL/],
    [
      'BROKER_URL that is no URL',
      { BROKER_URL: 'hush' },
      /BROKER_URL: seen is no URL \(4 characters\), wanted is amqp:/,
    ],
    [
      'BROKER_URL of another broker',
      { BROKER_URL: 'kafka://u:hush@x' },
      /BROKER_URL: seen is a URL that begins with kafka:/,
    ],
    ['BROKER_URL without a host', { BROKER_URL: 'amqp:hush' }, /BROKER_URL: seen is a URL without a host/],
    [
      'sqs: without a region',
      { BROKER_URL: 'sqs://hush/123456789012' },
      /seen is an sqs: URL without a region such as/,
    ],
    ['sqs: with a port', { BROKER_URL: 'sqs://eu-west-1:1/123456789012' }, /seen is an sqs: URL without a region/],
    [
      'sqs: without an account',
      { BROKER_URL: 'sqs://a:hush@eu-west-1' },
      /without an account of twelve digits, wanted/,
    ],
    ['sqs: with half a key', { BROKER_URL: 'sqs://hush@eu-west-1/123456789012' }, /seen is a key without its secret/],
    ['sqs: without a key', { BROKER_URL: 'sqs://:hush@eu-west-1/123456789012' }, /seen is a key without its secret/],
    [
      'sqs: with an endpoint that is none',
      { BROKER_URL: 'sqs://eu-west-1/123456789012?endpoint=hush' },
      /seen is an endpoint that is no http\(s\) URL/,
    ],
    [
      'sqs: with a misspelled endpoint',
      { BROKER_URL: 'sqs://eu-west-1/123456789012?endpiont=https://hush' },
      /seen is something behind the account that is no endpoint/,
    ],
    ['DATABASE_URL of another database', { DATABASE_URL: 'mysql://u:hush@x/y' }, /DATABASE_URL: seen is .*mysql:/],
    ['DATABASE_URL that is no URL', { DATABASE_URL: 'hush' }, /DATABASE_URL: seen is no URL \(4 characters\)/],
    ['MASTER_KEY too short', { MASTER_KEY: 'hush' }, /MASTER_KEY: seen is a text of 4 characters, wanted is base64/],
    ['MASTER_KEY too long', { MASTER_KEY: Buffer.alloc(33).toString('base64') }, /MASTER_KEY: seen is a text of 44/],
    ['MASTER_KEY_PREVIOUS', { MASTER_KEY_PREVIOUS: 'hush' }, /MASTER_KEY_PREVIOUS: seen is a text of 4 characters/],
    ['APP_IDENTIFIER too long', { APP_IDENTIFIER: 'a'.repeat(37) }, /APP_IDENTIFIER: .*1 to 36 characters/],
    ['APP_IDENTIFIER with blanks', { APP_IDENTIFIER: 'my app' }, /APP_IDENTIFIER: seen is "my app"/],
    ['LOG_LEVEL', { LOG_LEVEL: 'loud' }, /LOG_LEVEL: seen is "loud", wanted is one of trace, debug, info/],
    ['OAUTH_ISSUER', { OAUTH_ISSUER: 'me' }, /OAUTH_ISSUER: seen is "me"/],
    ['OAUTH_ISSUER with a password', { OAUTH_ISSUER: 'https://u:hush@x' }, /OAUTH_ISSUER: seen is a URL with a user/],
    ['OAUTH_JWKS_URL', { OAUTH_ISSUER: 'https://x', OAUTH_JWKS_URL: 'y' }, /OAUTH_JWKS_URL: seen is "y"/],
    ['OAUTH_JWKS_URL alone', { OAUTH_JWKS_URL: 'https://x/jwks' }, /OAUTH_ISSUER: seen is nothing/],
    ['OAUTH_TENANT_CLAIM alone', { OAUTH_TENANT_CLAIM: 'tenant' }, /OAUTH_ISSUER: seen is nothing/],
    ['TRUSTED_PROXIES as a name', { TRUSTED_PROXIES: '10.0.0.1, proxy' }, /TRUSTED_PROXIES: .*networks such as/],
    ['TRUSTED_PROXIES too wide', { TRUSTED_PROXIES: '10.0.0.0/33' }, /TRUSTED_PROXIES: /],
    ['METRICS_TOKEN too short', { METRICS_TOKEN: 'hush' }, /METRICS_TOKEN: seen is a text of 4 characters/],
    [
      'CATALOGUE_FRAME_ORIGINS with a path',
      { CATALOGUE_FRAME_ORIGINS: 'https://a.example/x' },
      /CATALOGUE_FRAME_ORIGINS: /,
    ],
    ['CATALOGUE_FRAME_ORIGINS for anybody', { CATALOGUE_FRAME_ORIGINS: '*' }, /wanted is origins such as/],
    [
      'CATALOGUE_FRAME_ORIGINS below a name',
      { CATALOGUE_FRAME_ORIGINS: 'https://*.example' },
      /wanted is origins such/,
    ],
    [
      'CATALOGUE_FRAME_ORIGINS unprotected',
      { CATALOGUE_FRAME_ORIGINS: 'http://a.example' },
      /wanted is origins such as/,
    ],
    ['PAGE_TTL_MINUTES negative', { PAGE_TTL_MINUTES: '-1' }, /PAGE_TTL_MINUTES: seen is "-1"/],
    [
      'RETENTION_DAYS shorter than events are fetched back',
      { RETENTION_DAYS: '30' },
      /RETENTION_DAYS: .*from 31 to 3650/,
    ],
    ['PAGE_TTL_MINUTES huge', { PAGE_TTL_MINUTES: '99999' }, /PAGE_TTL_MINUTES: .*from 1 to 10080/],
  ];
  test.each(cases)('%s', (_name, env, line) => {
    const text = lineOf(env);
    expect(text).toMatch(line);
    expect(text).not.toContain('hush');
  });
});
