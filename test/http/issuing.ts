/** A small server with the token endpoint, and what tests of tokens need around it. */
import { randomBytes } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerBodyParsers } from '../../src/http/body.js';
import { registerIssuer, type IssuerOptions } from '../../src/http/issuer.js';
import { openTokenKeys, type TokenKeys } from '../../src/http/token-keys.js';
import { openDatabase, type Db } from '../../src/storage/database.js';
import { masterKeyFromText, openVault, type MasterKey } from '../../src/storage/vault.js';
import { freshDatabase } from '../support/database.js';

export const PUBLIC_URL = 'http://localhost:8080';

/** A clock that tests move. */
export const time = { at: Date.UTC(2026, 0, 2) };
export const clock = { now: () => time.at };

export interface Deployment {
  db: Db;
  masterKey: MasterKey;
  /** A node of its own: own vault, own memory, same database. */
  node(options?: { appId?: string; sandbox?: boolean; warn?: IssuerOptions['warn'] }): Promise<Node>;
  close(): Promise<void>;
}

export interface Node {
  app: FastifyInstance;
  keys: TokenKeys;
}

export async function deploy(): Promise<Deployment> {
  const database = await freshDatabase();
  const db = openDatabase(database.url, () => undefined);
  const masterKey = masterKeyFromText(randomBytes(32).toString('base64'));
  const apps: FastifyInstance[] = [];
  return {
    db,
    masterKey,
    node: async ({ appId = 'quittance', sandbox = true, warn } = {}) => {
      const vault = openVault({ db, appId, masterKey, clock });
      const keys = openTokenKeys({ db, appId, vault, clock });
      const app = Fastify();
      registerBodyParsers(app);
      const clients = { db, appId, clock };
      registerIssuer(app, { keys, clients, publicUrl: PUBLIC_URL, sandbox, ...(warn === undefined ? {} : { warn }) });
      await app.ready();
      apps.push(app);
      return { app, keys };
    },
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await db.destroy();
      await database.drop();
    },
  };
}

/** A form as PHP's http_build_query with RFC 3986 escapes writes it. */
export function form(fields: Record<string, string>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

export const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** Asks as a shop does: fields in its order, no Accept, no Basic. */
export async function ask(app: FastifyInstance, fields: Record<string, string> = {}) {
  const payload = form({
    client_id: 'sandbox-shop',
    client_secret: 'sandbox-secret',
    grant_type: 'client_credentials',
    audience: 'aop-app',
    tenant_identifier: 'DE',
    ...fields,
  });
  return app.inject({ method: 'POST', url: '/oauth/token', headers: FORM, payload });
}

/** A token, or an error with the refusal. */
export async function tokenFor(app: FastifyInstance, fields: Record<string, string> = {}): Promise<string> {
  const response = await ask(app, fields);
  const body: { access_token?: string } = response.json();
  if (body.access_token === undefined) throw new Error(`No token: ${response.body}`);
  return body.access_token;
}
