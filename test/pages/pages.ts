/** The pages on a server of their own, over a whole test app: asked without a socket, from any address. */
import Fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import type { App } from '../../src/flows/app.js';
import { registerPages, type PageDeployment } from '../../src/pages/routes.js';
import type { TestApp, TestShop } from '../support/app.js';

export interface Link {
  transactionId: string;
  tenantIdentifier: string;
  token: string;
}

export interface Started extends Link {
  orderReference: string;
}

/** Folder with one island, so that no test needs a build. */
export const ISLANDS = new URL('./islands', import.meta.url).pathname;

/** Stands for the built module for front-ends. */
export const CLIENT = `${ISLANDS}/sandbox-choice.js`;

/** Nobody may frame the catalogue, and its loader was not built. */
export const CATALOGUE = { frameOrigins: [], signIn: 'client', loaderFile: `${ISLANDS}/catalogue-loader.js` } as const;

const PLAIN = { islandsDir: ISLANDS, clientFile: CLIENT, simulation: false, catalogue: CATALOGUE };

/** A server with nothing but the pages. */
export function pagesOf(app: App, deployment: Partial<PageDeployment> = {}): FastifyInstance {
  const server = Fastify({ logger: false });
  registerPages(server, app, { ...PLAIN, ...deployment });
  return server;
}

/** Starts a payment at the shop and reads what its link holds. */
export async function started(
  shop: TestShop,
  order: Record<string, unknown> = {},
  extra: Record<string, unknown> = {},
): Promise<Started> {
  const { body, status, orderReference } = await shop.initialize(order, extra);
  if (status !== 200) throw new Error(`initialize answered ${status}: ${JSON.stringify(body)}`);
  const query = new URL((body as { redirectUrl: string }).redirectUrl).searchParams;
  const read = (name: string): string => query.get(name) ?? '';
  return {
    transactionId: read('transactionId'),
    tenantIdentifier: read('tenantIdentifier'),
    token: read('token'),
    orderReference,
  };
}

export function addressOf(path: string, link: Partial<Link> & Record<string, unknown>): string {
  const { orderReference: _, ...fields } = link;
  return `${path}?${new URLSearchParams(fields as Record<string, string>).toString()}`;
}

/** A tenant with the sandbox as its PSP, configured as given. */
export async function sandboxShop(app: TestApp, settings: Record<string, unknown> = {}): Promise<TestShop> {
  const shop = app.shop();
  const base = { connector: 'sandbox', mode: 'test', webhookSecret: 'whsec_sandbox_secret_of_the_test' };
  const { status, body } = await shop.configure({ ...base, ...settings });
  if (status !== 200) throw new Error(`configure answered ${status}: ${JSON.stringify(body)}`);
  return shop;
}

/** Opens, asks and returns what a browser would get. */
export function browserOf(server: FastifyInstance) {
  const get = (path: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> =>
    server.inject({ method: 'GET', url: path, headers });
  const post = (path: string, body: unknown, remoteAddress = '127.0.0.1'): Promise<LightMyRequestResponse> =>
    server.inject({
      method: 'POST',
      url: path,
      headers: { 'content-type': 'application/json' },
      payload: JSON.stringify(body),
      remoteAddress,
    });
  return {
    get,
    post,
    open: (link: Partial<Link>, headers: Record<string, string> = {}) => get(addressOf('/app-payment', link), headers),
    back: (link: Partial<Link>, more: Record<string, string> = {}) =>
      get(addressOf('/app-payment/redirect', { ...link, ...more })),
    choose: (link: Started, choice: string) => post('/app-payment/choice', { ...link, choice }),
  };
}
