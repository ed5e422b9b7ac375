/**
 * What a tenant allows front-ends in a browser: `facade` in its settings, which is the app's own part of them, whatever
 * the connector (docs/headless.md).
 */
import { isPrivate } from './addresses.js';
import type { SettingFault } from './tenant.js';

export interface Facade {
  /** Scheme, host and port, exactly as browsers send them: `https://shop.example`. */
  origins: readonly string[];
  /** Where the keys are that customers' bearer tokens are signed with; without it a token is only a secret of theirs. */
  jwksUri?: string;
}

export interface FacadeRules {
  /** Live tenants are reached by https alone. */
  mode: 'live' | 'test';
  /** In the sandbox everything may be on this machine, and without https. */
  isSandbox: boolean;
}

const MEMBERS: ReadonlySet<string> = new Set(['enabled', 'origins', 'jwksUri']);
const ORIGINS = 50;
const ORIGIN_CHARS = 255;
const URL_CHARS = 2_048;

/** The storefront settings, or undefined when there are none or they are switched off. They were checked when saved. */
export function facadeOf(settings: Readonly<Record<string, unknown>>): Facade | undefined {
  const facade = settings['facade'];
  if (!isMap(facade) || facade['enabled'] !== true) return undefined;
  const { origins, jwksUri } = facade;
  const listed = Array.isArray(origins) ? origins.filter((origin): origin is string => typeof origin === 'string') : [];
  return { origins: listed, ...(isAbsent(jwksUri) ? {} : { jwksUri: String(jwksUri) }) };
}

/**
 * What is wrong with the storefront settings: each fault names its place and never the value. Empty when all is well,
 * also without such settings.
 */
export function facadeFaults(settings: Readonly<Record<string, unknown>>, rules: FacadeRules): SettingFault[] {
  const facade = settings['facade'];
  if (facade === undefined || facade === null) return [];
  const fault = (property: string, message: string): SettingFault => ({ property, message });
  if (!isMap(facade)) return [fault('facade', 'must be an object')];
  const { enabled, origins, jwksUri } = facade;
  const unknown = Object.keys(facade).some((member) => !MEMBERS.has(member));
  return [
    ...(unknown ? [fault('facade', 'has an unknown member')] : []),
    ...(typeof enabled === 'boolean' ? [] : [fault('facade.enabled', 'must be true or false')]),
    ...originFaults('facade.origins', origins ?? [], rules),
    ...(isAbsent(jwksUri) || isKeyAddress(jwksUri, rules)
      ? []
      : [fault('facade.jwksUri', 'must be an https URL of a public host, without user and fragment')]),
  ];
}

/** What is wrong with a list of origins at this place of the settings. */
export function originFaults(property: string, origins: unknown, { mode }: Pick<FacadeRules, 'mode'>): SettingFault[] {
  if (!Array.isArray(origins) || origins.length > ORIGINS)
    return [{ property, message: `must be a list of at most ${ORIGINS}` }];
  const schemes = mode === 'live' ? 'https' : 'http or https';
  const message = `must be ${schemes}, host and port as browsers send them, such as https://shop.example`;
  return origins.flatMap((origin: unknown, index) =>
    isOrigin(origin, mode) ? [] : [{ property: `${property}.${index}`, message }],
  );
}

/** A browser writes the scheme and host in lower case and leaves out the usual port, so only that form can ever match. */
function isOrigin(origin: unknown, mode: 'live' | 'test'): boolean {
  if (typeof origin !== 'string' || origin.length > ORIGIN_CHARS || !URL.canParse(origin)) return false;
  const { protocol, origin: written } = new URL(origin);
  return (
    written === origin && !origin.includes('*') && (protocol === 'https:' || (protocol === 'http:' && mode === 'test'))
  );
}

function isKeyAddress(value: unknown, { isSandbox }: FacadeRules): boolean {
  if (typeof value !== 'string' || value.length > URL_CHARS || !URL.canParse(value)) return false;
  const { protocol, hostname, username, password, hash } = new URL(value);
  if (username !== '' || password !== '' || hash !== '') return false;
  if (isSandbox) return protocol === 'https:' || protocol === 'http:';
  // Addresses of the newer family have too many ways to say: here.
  const isHere = /(^|\.)localhost\.?$|^\[/.test(hostname) || hostname === '0.0.0.0' || isPrivate(hostname);
  return protocol === 'https:' && !isHere;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
