/** What the deployment leans on beside its database: the broker of BROKER_URL, the issuer of OAUTH_ISSUER. */
import { openBroker } from '../brokers/index.js';
import { within } from '../brokers/keeping.js';
import type { Config } from '../config.js';
import { redactText } from '../kit/redact.js';
import type { Finding } from './doctor.js';

/** Brokers give up connecting by themselves, some after several tries. */
const PATIENCE_MS = 20_000;

/** Connects to the broker and lets go again; sends nothing, and takes nothing away. Nothing to find without one. */
export async function brokerIsThere({ brokerUrl: url, appId }: Config): Promise<Finding[]> {
  if (url === undefined) return [];
  const what = 'the broker is there, and lets the app in';
  const silent = Object.assign(() => undefined, { warn: () => undefined });
  try {
    const broker = await openBroker({ url, prefix: appId, log: silent });
    try {
      await within(PATIENCE_MS, 'Connect', broker.reach());
    } finally {
      await broker.close();
    }
    return [{ what }];
  } catch (error) {
    return [{ what, fault: `${reasonOf(error)}: check BROKER_URL, and that this machine reaches it` }];
  }
}

/** Fetches the keys that tokens of an outside issuer are checked with. Nothing to find when tokens are our own. */
export async function issuerIsThere(issuer: Config['externalIssuer']): Promise<Finding[]> {
  if (issuer === undefined) return [];
  const what = 'the keys of the issuer can be fetched';
  try {
    const answer = await fetch(issuer.jwksUrl, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const { keys } = (await answer.json()) as { keys?: unknown };
    if (answer.ok && Array.isArray(keys) && keys.length > 0) return [{ what }];
    return [{ what, fault: `${issuer.jwksUrl} is ${answer.status} without keys: check OAUTH_JWKS_URL` }];
  } catch (error) {
    return [{ what, fault: `${issuer.jwksUrl}: ${reasonOf(error)}: check OAUTH_ISSUER and OAUTH_JWKS_URL` }];
  }
}

/** One line without passwords. Errors of several addresses at once have no message of their own. */
function reasonOf(error: unknown): string {
  const { message, code, cause } = error as { message?: string; code?: unknown; cause?: { code?: unknown } };
  if (cause?.code !== undefined) return String(cause.code);
  const text = message === undefined || message === '' ? String(code ?? 'no answer') : message;
  return redactText(text).replaceAll(/\s+/g, ' ').slice(0, 200);
}
