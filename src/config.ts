/** Reads the environment once at the start, checks every value and freezes the result. README has the same table. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import { isFrameOrigin } from './domain/addresses.js';
import { faultOfBrokerUrl } from './domain/broker-url.js';

/** `sandbox` brings its own key, clients and simulator; `serve` is production. */
export type Mode = 'sandbox' | 'serve';

export interface Config {
  readonly mode: Mode;
  readonly host: string;
  readonly port: number;
  /** PORT + 1. */
  readonly simulatorPort: number;
  /** PORT + 2. */
  readonly demoShopPort: number;
  /** Absolute path. */
  readonly dataDir: string;
  /** Undefined: the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Holds passwords. Undefined: our own channels. */
  readonly brokerUrl: string | undefined;
  /** How the outside reaches us; no slash at the end. */
  readonly publicUrl: string;
  /** Base64 of 32 bytes; undefined in a sandbox that makes its own. */
  readonly masterKey: string | undefined;
  /** A further accepted master key while keys are changed. */
  readonly previousMasterKey: string | undefined;
  readonly appId: string;
  /** Undefined: Stripe itself in `serve`, the simulator in a sandbox. */
  readonly stripeApiUrl: string | undefined;
  readonly stripeJsUrl: string | undefined;
  readonly logLevel: LogLevel;
  /** Whose bearer tokens count; undefined: our own. */
  readonly externalIssuer: ExternalIssuer | undefined;
  /** What is served for Apple Pay as proof that the host is ours. */
  readonly applePayDomainFile: string | undefined;
  /** What `/metrics` wants to be shown; undefined: only callers of this network are answered. */
  readonly metricsToken: string | undefined;
  /** Proxies whose word about the caller's address counts. */
  readonly trustedProxies: readonly string[];
  readonly pageTtlMinutes: number;
  /** How long finished webhooks, commands and messages are kept. */
  readonly retentionDays: number;
  /** Origins of Back Offices that may show the app catalogue in a frame; empty: none. */
  readonly catalogueFrameOrigins: readonly string[];
  /** Whether a tenant that leaves takes its payments along. */
  readonly deletePaymentsOnDisconnect: boolean;
  readonly deleteMerchantsOnDisconnect: boolean;
}

export interface ExternalIssuer {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** Claim with the tenant, or the list of tenants, a token is for. */
  readonly tenantClaim: string;
}

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Environment = Readonly<Record<string, string | undefined>>;

/** A value the start cannot go on with; the message is one line for the operator and shows no secret. */
export class ConfigError extends Error {
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(message);
    this.name = 'ConfigError';
    this.variable = variable;
  }
}

const DEFAULT_PORT = 8080;
/** Simulator and demo shop sit on the two ports after ours. */
const HIGHEST_PORT = 65_535 - 2;
const APP_ID_CHARS = 36;
/** Apple's file has less than ten thousand. */
const PROOF_BYTES = 65_536;
const DEFAULT_PAGE_TTL_MINUTES = 120;
/** PSPs are asked for events of the last 30 days, and what was applied of them has to be known. */
const LOWEST_RETENTION_DAYS = 31;
const HIGHEST_RETENTION_DAYS = 3_650;
const DEFAULT_RETENTION_DAYS = 90;
/** A week: no PSP keeps an unpaid payment open for longer than a page needs. */
const HIGHEST_PAGE_TTL_MINUTES = 10_080;

/** Reads and checks the environment. An empty value counts as unset. Throws a ConfigError for the first bad value. */
export function readConfig(env: Environment, mode: Mode): Config {
  const port = readInteger(env, 'PORT', { lowest: 1, highest: HIGHEST_PORT, otherwise: DEFAULT_PORT });
  const config: Config = {
    mode,
    host: readMatching(env, 'HOST', /^[A-Za-z0-9.:_-]+$/, 'a host name or IP address') ?? '127.0.0.1',
    port,
    simulatorPort: port + 1,
    demoShopPort: port + 2,
    dataDir: absolute(valueOf(env, 'DATA_DIR') ?? './data'),
    databaseUrl: readDatabaseUrl(env),
    brokerUrl: readBrokerUrl(env),
    publicUrl: readUrl(env, 'PUBLIC_URL') ?? `http://localhost:${port}`,
    masterKey: readMasterKey(env, mode),
    previousMasterKey: readKey(env, 'MASTER_KEY_PREVIOUS'),
    appId: readAppId(env),
    stripeApiUrl: readUrl(env, 'STRIPE_API_URL'),
    stripeJsUrl: readUrl(env, 'STRIPE_JS_URL'),
    logLevel: readLogLevel(env),
    externalIssuer: readExternalIssuer(env),
    applePayDomainFile: readProof(env, 'APPLE_PAY_DOMAIN_FILE'),
    metricsToken: readSecret(env, 'METRICS_TOKEN'),
    trustedProxies: readList(env, 'TRUSTED_PROXIES', isNetwork, 'IP addresses or networks such as 10.0.0.0/8'),
    pageTtlMinutes: readInteger(env, 'PAGE_TTL_MINUTES', {
      lowest: 1,
      highest: HIGHEST_PAGE_TTL_MINUTES,
      otherwise: DEFAULT_PAGE_TTL_MINUTES,
    }),
    retentionDays: readInteger(env, 'RETENTION_DAYS', {
      lowest: LOWEST_RETENTION_DAYS,
      highest: HIGHEST_RETENTION_DAYS,
      otherwise: DEFAULT_RETENTION_DAYS,
    }),
    catalogueFrameOrigins: readList(
      env,
      'CATALOGUE_FRAME_ORIGINS',
      isFrameOrigin,
      'origins such as https://backoffice.shop.example',
    ),
    deletePaymentsOnDisconnect: readFlag(env, 'DELETE_PAYMENTS_ON_DISCONNECT'),
    deleteMerchantsOnDisconnect: readFlag(env, 'DELETE_MERCHANTS_ON_DISCONNECT'),
  };
  if (config.externalIssuer !== undefined) Object.freeze(config.externalIssuer);
  return Object.freeze(config);
}

function valueOf(env: Environment, variable: string): string | undefined {
  const value = env[variable]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

function refuse(variable: string, seen: string, wanted: string): ConfigError {
  return new ConfigError(variable, `Read ${variable}: seen is ${seen}, wanted is ${wanted}`);
}

function readInteger(
  env: Environment,
  variable: string,
  { lowest, highest, otherwise }: { lowest: number; highest: number; otherwise: number },
): number {
  const text = valueOf(env, variable);
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= lowest && value <= highest) return value;
  throw refuse(variable, JSON.stringify(text), `a whole number from ${lowest} to ${highest}`);
}

function readFlag(env: Environment, variable: string): boolean {
  const text = valueOf(env, variable) ?? 'false';
  if (text !== 'true' && text !== 'false') throw refuse(variable, JSON.stringify(text), 'true or false');
  return text === 'true';
}

function readMatching(env: Environment, variable: string, form: RegExp, wanted: string): string | undefined {
  const text = valueOf(env, variable);
  if (text !== undefined && !form.test(text)) throw refuse(variable, JSON.stringify(text), wanted);
  return text;
}

/** An http(s) URL without query and fragment; slashes at its end are dropped. */
function readUrl(env: Environment, variable: string): string | undefined {
  const text = valueOf(env, variable);
  if (text === undefined) return undefined;
  const wanted = 'an http or https URL without user, query and fragment';
  if (!URL.canParse(text)) throw refuse(variable, JSON.stringify(text), wanted);
  const url = new URL(text);
  // Not shown: somebody may have put a password there.
  if (url.username !== '' || url.password !== '') throw refuse(variable, 'a URL with a user or password', wanted);
  if (!['http:', 'https:'].includes(url.protocol) || /[?#]/.test(text)) {
    throw refuse(variable, JSON.stringify(text), wanted);
  }
  return url.href.replace(/\/+$/, '');
}

/** The value holds a password and is never shown. */
function readDatabaseUrl(env: Environment): string | undefined {
  const text = valueOf(env, 'DATABASE_URL');
  if (text === undefined) return undefined;
  const wanted = 'postgres://user:password@host:port/database';
  if (!URL.canParse(text)) throw refuse('DATABASE_URL', `no URL (${text.length} characters)`, wanted);
  const { protocol } = new URL(text);
  if (protocol === 'postgres:' || protocol === 'postgresql:') return text;
  throw refuse('DATABASE_URL', `a URL that begins with ${protocol}`, wanted);
}

/** The value holds a password and is never shown. */
function readBrokerUrl(env: Environment): string | undefined {
  const text = valueOf(env, 'BROKER_URL');
  const fault = text === undefined ? undefined : faultOfBrokerUrl(text);
  if (fault !== undefined) throw refuse('BROKER_URL', fault.seen, fault.wanted);
  return text;
}

function readMasterKey(env: Environment, mode: Mode): string | undefined {
  const key = readKey(env, 'MASTER_KEY');
  if (key !== undefined || mode === 'sandbox') return key;
  throw new ConfigError(
    'MASTER_KEY',
    'Read MASTER_KEY: production refuses to start without MASTER_KEY, wanted is base64 of 32 bytes, ' +
      'as `openssl rand -base64 32` makes it',
  );
}

function readKey(env: Environment, variable: string): string | undefined {
  const text = valueOf(env, variable);
  if (text === undefined || /^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return text;
  throw refuse(variable, `a text of ${text.length} characters`, 'base64 of 32 bytes, which has 44 characters');
}

/** The value is never shown. */
function readSecret(env: Environment, variable: string): string | undefined {
  const text = valueOf(env, variable);
  if (text === undefined || /^[\x21-\x7e]{16,200}$/.test(text)) return text;
  throw refuse(variable, `a text of ${text.length} characters`, '16 to 200 characters without blanks');
}

/** Divided by commas; nothing is an empty list. */
function readList(env: Environment, variable: string, isFine: (entry: string) => boolean, wanted: string): string[] {
  const list =
    valueOf(env, variable)
      ?.split(',')
      .map((entry) => entry.trim()) ?? [];
  if (list.every(isFine)) return list;
  throw refuse(variable, JSON.stringify(env[variable]?.trim()), `${wanted}, divided by commas`);
}

function isNetwork(entry: string): boolean {
  const [address = '', bits = '0', ...rest] = entry.split('/');
  const family = isIP(address);
  return family !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

function readAppId(env: Environment): string {
  const form = new RegExp(`^[A-Za-z0-9._-]{1,${APP_ID_CHARS}}$`);
  const wanted = `1 to ${APP_ID_CHARS} characters of A-Z a-z 0-9 . _ -`;
  return readMatching(env, 'APP_IDENTIFIER', form, wanted) ?? 'quittance';
}

function readLogLevel(env: Environment): LogLevel {
  const text = valueOf(env, 'LOG_LEVEL');
  if (text === undefined) return 'info';
  const level = LOG_LEVELS.find((candidate) => candidate === text.toLowerCase());
  if (level === undefined) throw refuse('LOG_LEVEL', JSON.stringify(text), `one of ${LOG_LEVELS.join(', ')}`);
  return level;
}

function readExternalIssuer(env: Environment): ExternalIssuer | undefined {
  // Compared with the claim `iss` character by character, so a slash at its end stays.
  const issuer = valueOf(env, 'OAUTH_ISSUER');
  const jwksUrl = readUrl(env, 'OAUTH_JWKS_URL');
  const tenantClaim = valueOf(env, 'OAUTH_TENANT_CLAIM');
  if (issuer === undefined) {
    const orphan = jwksUrl !== undefined ? 'OAUTH_JWKS_URL' : tenantClaim !== undefined ? 'OAUTH_TENANT_CLAIM' : '';
    if (orphan !== '') throw refuse('OAUTH_ISSUER', 'nothing', `the issuer that ${orphan} belongs to`);
    return undefined;
  }
  readUrl(env, 'OAUTH_ISSUER');
  return {
    issuer,
    jwksUrl: jwksUrl ?? `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`,
    tenantClaim: tenantClaim ?? 'tenant',
  };
}

/** The content of a small text file. */
function readProof(env: Environment, variable: string): string | undefined {
  const path = valueOf(env, variable);
  if (path === undefined) return undefined;
  const wanted = `a readable text file of at most ${PROOF_BYTES} bytes`;
  let text: string;
  try {
    text = readFileSync(absolute(path), 'utf8');
  } catch {
    throw refuse(variable, JSON.stringify(path), wanted);
  }
  if (text.trim() !== '' && text.length <= PROOF_BYTES && !/[^\x20-\x7e\s]/.test(text)) return text;
  throw refuse(variable, `a file of ${text.length} characters`, wanted);
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path);
}
