/** All connectors by name. Each is loaded when it is first used, so that nobody pays for an SDK they do not use. */
import type { Connector } from '../kit/connector.js';

const LOADERS: Readonly<Record<string, () => Promise<Connector>>> = {
  sandbox: async () => (await import('./sandbox/index.js')).sandboxConnector,
  stripe: async () => (await import('./stripe/index.js')).stripeConnector,
};

/** Names a tenant may choose with the configuration key `connector`. */
export const connectorNames: readonly string[] = Object.keys(LOADERS);

/** Loads a connector; undefined when no connector has this name. Loading twice gives the same record. */
export async function findConnector(name: string): Promise<Connector | undefined> {
  return Object.hasOwn(LOADERS, name) ? LOADERS[name]?.() : undefined;
}
