/**
 * The keys our tokens are signed with: made once, sealed in the database, the same on every node. The newest signs,
 * older ones are accepted until no token of theirs can be alive.
 */
import { createLocalJWKSet, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import type { JSONWebKeySet, LocalJWKSet } from 'jose';
import { randomBytes } from 'node:crypto';
import { isoTime } from '../domain/clock.js';
import { changeDeploymentSecret, deploymentSecret, type SecretStore } from '../storage/deployment-secrets.js';

export const TOKEN_ALGORITHM = 'ES256';
export const TOKEN_TTL_SECONDS = 3_600;

const SECRET_NAME = 'token keys';
/** Nodes learn of a new key within this time, or at once when they meet a token signed with it. */
const REREAD_AFTER_MS = 60_000;
/** A token with an invented key id makes us read again at most this often. */
const REREAD_PAUSE_MS = 5_000;
/** Time after which a replaced key is forgotten: a token's life, clock skew, and nodes that still sign with it. */
const FORGET_AFTER_MS = TOKEN_TTL_SECONDS * 1_000 + 2 * REREAD_AFTER_MS + 60_000;

export interface TokenKeys {
  /** The key to sign with now. */
  signing(): Promise<{ keyId: string; key: CryptoKey }>;
  /** Public halves of all keys that count. */
  published(): Promise<JSONWebKeySet>;
  /** Finds the key of a token, for jose. `again` reads the database first, unless that was done a moment ago. */
  verifying(again?: boolean): Promise<LocalJWKSet>;
  /** Makes a new key that signs from now on, and forgets those that nobody needs. Answers how many are left. */
  rotate(): Promise<number>;
}

interface StoredKey {
  createdAt: string;
  /** With the private part. */
  jwk: JWK;
}

interface Loaded {
  signing: { keyId: string; key: CryptoKey };
  published: JSONWebKeySet;
  find: LocalJWKSet;
}

/** Opens the keys; the first use makes one when the deployment has none. */
export function openTokenKeys(store: SecretStore): TokenKeys {
  const { clock } = store;
  let loading: Promise<Loaded> | undefined;
  let startedAt = 0;

  const read = (): Promise<Loaded> => {
    startedAt = clock.now();
    const reading = readKeys(store);
    loading = reading;
    reading.catch(() => {
      if (loading === reading) loading = undefined;
    });
    return reading;
  };
  const current = (maxAgeMs: number): Promise<Loaded> =>
    loading === undefined || Math.abs(clock.now() - startedAt) > maxAgeMs ? read() : loading;

  return {
    signing: async () => (await current(REREAD_AFTER_MS)).signing,
    published: async () => (await current(REREAD_AFTER_MS)).published,
    verifying: async (again = false) => (await current(again ? REREAD_PAUSE_MS : REREAD_AFTER_MS)).find,
    rotate: async () => {
      await deploymentSecret(store, SECRET_NAME, async () => writeKeys([await newKey(store)]));
      const added = await newKey(store);
      const text = await changeDeploymentSecret(store, SECRET_NAME, (before) =>
        Promise.resolve(writeKeys([added, ...stillNeeded(parseKeys(before), clock.now())])),
      );
      await read();
      return parseKeys(text).length;
    },
  };
}

async function readKeys(store: SecretStore): Promise<Loaded> {
  const text = await deploymentSecret(store, SECRET_NAME, async () => writeKeys([await newKey(store)]));
  const stored = parseKeys(text);
  const newest = stored[0];
  if (newest?.jwk.kid === undefined) throw new Error('Read the token keys: the stored list is empty');
  const key = await importJWK(newest.jwk, TOKEN_ALGORITHM);
  if (key instanceof Uint8Array) throw new Error('Read the token keys: the newest one is not an EC key');
  const published = { keys: stored.map(({ jwk }) => publicHalf(jwk)) };
  return {
    signing: { keyId: newest.jwk.kid, key },
    published,
    find: createLocalJWKSet(published),
  };
}

async function newKey({ clock }: SecretStore): Promise<StoredKey> {
  const { privateKey } = await generateKeyPair(TOKEN_ALGORITHM, { extractable: true });
  const kid = randomBytes(9).toString('base64url');
  const jwk = { ...(await exportJWK(privateKey)), kid, alg: TOKEN_ALGORITHM, use: 'sig' };
  return { createdAt: isoTime(clock), jwk };
}

/** Newest first: a key was replaced when the one before it in the list was made. The newest always stays. */
function stillNeeded(keys: StoredKey[], now: number): StoredKey[] {
  return keys.filter((_, index) => {
    const replacedAt = keys[index - 1]?.createdAt;
    return replacedAt === undefined || now - Date.parse(replacedAt) < FORGET_AFTER_MS;
  });
}

/** Named one by one, so that no private part can slip through. */
function publicHalf({ kty, crv, x, y, kid, alg, use }: JWK): JWK & { kty: string } {
  if (kty === undefined) throw new Error('Read the token keys: a key has no type');
  return {
    kty,
    ...(crv === undefined ? {} : { crv }),
    ...(x === undefined ? {} : { x }),
    ...(y === undefined ? {} : { y }),
    ...(kid === undefined ? {} : { kid }),
    ...(alg === undefined ? {} : { alg }),
    ...(use === undefined ? {} : { use }),
  };
}

function parseKeys(text: string): StoredKey[] {
  return (JSON.parse(text) as { keys: StoredKey[] }).keys;
}

function writeKeys(keys: StoredKey[]): string {
  return JSON.stringify({ keys });
}
