/**
 * The signature header `t=<seconds>,v1=<hex>` that several PSPs use for webhooks: HMAC-SHA256 with the secret over
 * `<seconds>.<raw body>`. Described at https://docs.stripe.com/webhooks#verify-manually
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../domain/clock.js';

/** A signature is refused when it is older than this, or as far in the future. */
export const SIGNATURE_AGE_LIMIT_SECONDS = 300;
/** Longer headers are refused unread. */
export const SIGNATURE_HEADER_LIMIT_CHARACTERS = 4096;
/** More `v1` parts than this are not looked at. */
export const SIGNATURE_PARTS_LIMIT = 16;

/** `stale` is said only of a signature that is right otherwise. */
export type SignatureVerdict = 'valid' | 'signature' | 'stale';

/** The header for a body, signed once per secret. `atSeconds` is the time of sending in seconds since 1970. */
export function signatureHeader(body: Uint8Array, secrets: readonly string[], atSeconds: number): string {
  const parts = secrets.map((secret) => `v1=${digest(body, secret, String(atSeconds)).toString('hex')}`);
  return [`t=${atSeconds}`, ...parts].join(',');
}

/**
 * Checks a signature header against the exact bytes received. Any of the secrets may match any of the `v1` parts,
 * which is how a secret is changed without losing webhooks. Compares in constant time; never throws.
 */
export function verifySignature(
  body: Uint8Array,
  header: string | undefined,
  secrets: readonly string[],
  clock: Clock,
): SignatureVerdict {
  const parsed = parseHeader(header);
  if (parsed === undefined) return 'signature';
  let matches = false;
  for (const secret of secrets) {
    if (secret === '') continue;
    const expected = digest(body, secret, parsed.time);
    for (const signature of parsed.signatures) {
      if (timingSafeEqual(expected, signature)) matches = true;
    }
  }
  if (!matches) return 'signature';
  const ageSeconds = Math.abs(clock.now() / 1000 - Number(parsed.time));
  return ageSeconds > SIGNATURE_AGE_LIMIT_SECONDS ? 'stale' : 'valid';
}

function parseHeader(header: string | undefined): { time: string; signatures: Buffer[] } | undefined {
  if (header === undefined || header.length > SIGNATURE_HEADER_LIMIT_CHARACTERS) return undefined;
  let time: string | undefined;
  const signatures: Buffer[] = [];
  for (const part of header.split(',')) {
    const [name, value = ''] = part.trim().split('=', 2);
    if (name === 't') {
      // Two times would leave open which of them was signed.
      if (time !== undefined || !/^\d{1,12}$/.test(value)) return undefined;
      time = value;
    }
    if (name === 'v1' && /^[0-9a-f]{64}$/i.test(value) && signatures.length < SIGNATURE_PARTS_LIMIT) {
      signatures.push(Buffer.from(value, 'hex'));
    }
  }
  return time === undefined || signatures.length === 0 ? undefined : { time, signatures };
}

function digest(body: Uint8Array, secret: string, time: string): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
