/** A tenant: one shop that uses the app, its connection status and what it set up. */

export type ConnectionStatus = 'NEW' | 'CONNECTED' | 'DISCONNECTED';

export interface Tenant {
  id: string;
  connector: string;
  status: ConnectionStatus;
  isActive: boolean;
  /** Opaque and stable; what PSPs see instead of the tenant's own identifier. */
  hash: string;
  /** Decrypted. Unknown keys are kept. */
  settings: Record<string, unknown>;
}

/** What is wrong with one of its settings. Says what is wanted, never what was seen. */
export interface SettingFault {
  /** Dotted path; empty: all of them. */
  property: string;
  message: string;
}

/** A first configure makes a tenant NEW, and it stays so; only a reconnect makes it CONNECTED. */
export function statusAfterConfigure(before: ConnectionStatus | undefined): ConnectionStatus {
  if (before === undefined) return 'NEW';
  return before === 'DISCONNECTED' ? 'CONNECTED' : before;
}

/**
 * Lays new settings over the stored ones, key by key at the top level: new keys win, also with null, others stay,
 * nested objects are replaced. A secret that comes back masked or empty means: unchanged.
 */
export function mergeSettings(
  stored: Record<string, unknown>,
  told: Record<string, unknown>,
  secrets: readonly string[],
): Record<string, unknown> {
  const merged = structuredClone({ ...stored, ...told });
  for (const path of secrets) {
    const value = readPath(merged, path);
    const isUnchanged = value === '' || (typeof value === 'string' && value.includes(MASK));
    if (isUnchanged) writePath(merged, path, readPath(stored, path));
  }
  return merged;
}

/** Three asterisks never occur in a real credential. */
const MASK = '***';

/** A copy with every secret shown by its ends alone, enough to recognize it: `sk_test_***4f2a`. */
export function maskSettings(settings: Record<string, unknown>, secrets: readonly string[]): Record<string, unknown> {
  const masked = structuredClone(settings);
  for (const path of secrets) {
    const value = readPath(masked, path);
    if (typeof value === 'string' && value !== '') writePath(masked, path, maskSecret(value));
  }
  return masked;
}

/** Only the fields that may be published, in their places. */
export function publicSettings(
  settings: Record<string, unknown>,
  published: readonly string[],
): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const path of published) {
    const value = readPath(settings, path);
    if (value !== undefined && value !== null) writePath(shown, path, value);
  }
  return shown;
}

/** The value at a dotted path, or undefined. */
export function readPath(from: Record<string, unknown>, path: string): unknown {
  let value: unknown = from;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function writePath(into: Record<string, unknown>, path: string, value: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let place = into;
  for (const key of keys) {
    const next = place[key];
    place[key] = typeof next === 'object' && next !== null ? next : {};
    place = place[key] as Record<string, unknown>;
  }
  if (value === undefined) delete place[last];
  else place[last] = value;
}

function maskSecret(value: string): string {
  const prefix = /^[a-z]{2,6}_(test_|live_)?/.exec(value)?.[0] ?? '';
  return value.length < prefix.length + 8 ? `${prefix}${MASK}` : `${prefix}${MASK}${value.slice(-4)}`;
}
