/**
 * The form of a sealed text: `v1.<key id>.<nonce, ciphertext and tag>`, AES-256-GCM. The place a text belongs to is
 * authenticated with it, so that a text moved to another row does not open.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

export const KEY_BYTES = 32;
const NONCE_BYTES = 12;
/** Shorter tags can be forged step by step, and Node accepts them unless told the length. */
const TAG_BYTES = 16;
const KEY_ID_CHARS = 12;
const VERSION = 'v1';

/** A key and the name it goes by in sealed texts; the name tells nothing about the key. */
export interface SealKey {
  id: string;
  key: KeyObject;
}

export type VaultReason = 'malformed' | 'unknown_key' | 'refused' | 'no_key';

/** A sealed text that does not open. The message names place and keys, never content. */
export class VaultError extends Error {
  readonly reason: VaultReason;

  constructor(reason: VaultReason, message: string) {
    super(message);
    this.name = 'VaultError';
    this.reason = reason;
  }
}

/** Takes 32 random bytes as a key. Throws a VaultError for another length. */
export function keyOf(bytes: Buffer): SealKey {
  if (bytes.length !== KEY_BYTES) {
    throw new VaultError('malformed', `Read a key: it has ${bytes.length} bytes, wanted are ${KEY_BYTES}`);
  }
  const id = createHmac('sha256', bytes).update('quittance key id').digest('base64url').slice(0, KEY_ID_CHARS);
  return { id, key: createSecretKey(bytes) };
}

/** Seals a text for a place. Every call gives another result, as the nonce is random. */
export function sealText(sealKey: SealKey, place: readonly string[], text: string): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', sealKey.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(associated(place));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${VERSION}.${sealKey.id}.${sealed.toString('base64url')}`;
}

/** Opens a sealed text with whichever key it names. Throws a VaultError. */
export function openText(keys: readonly SealKey[], place: readonly string[], sealed: string): string {
  const { keyId, bytes } = parse(place, sealed);
  const sealKey = keys.find((candidate) => candidate.id === keyId);
  if (sealKey === undefined) {
    const known = keys.map((candidate) => candidate.id).join(', ');
    throw new VaultError('unknown_key', `Open ${named(place)}: it is sealed with key ${keyId}, known are ${known}`);
  }
  const decipher = createDecipheriv('aes-256-gcm', sealKey.key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(associated(place));
  decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES));
    return Buffer.concat([text, decipher.final()]).toString('utf8');
  } catch {
    throw new VaultError('refused', `Open ${named(place)}: the sealed text was changed or belongs elsewhere`);
  }
}

/** The id of the key a sealed text names; undefined when it is no sealed text. */
export function keyIdOf(sealed: string): string | undefined {
  const [version, keyId, , ...rest] = sealed.split('.');
  return version === VERSION && rest.length === 0 ? keyId : undefined;
}

function parse(place: readonly string[], sealed: string): { keyId: string; bytes: Buffer } {
  const keyId = keyIdOf(sealed);
  const bytes = Buffer.from(sealed.split('.')[2] ?? '', 'base64url');
  if (keyId === undefined || keyId === '' || bytes.length < NONCE_BYTES + TAG_BYTES) {
    throw new VaultError('malformed', `Open ${named(place)}: the stored text is not a ${VERSION} sealed text`);
  }
  // Only what we write is accepted: base64url has several spellings of the same bytes.
  if (`${VERSION}.${keyId}.${bytes.toString('base64url')}` !== sealed) {
    throw new VaultError('refused', `Open ${named(place)}: the sealed text was changed or belongs elsewhere`);
  }
  return { keyId, bytes };
}

/** JSON keeps the parts apart, whatever characters they hold. */
function associated(place: readonly string[]): Buffer {
  return Buffer.from(JSON.stringify(place), 'utf8');
}

function named(place: readonly string[]): string {
  return `sealed ${place.map((part) => JSON.stringify(part)).join(' ')}`;
}
