/**
 * A link to the PSP's forms for one merchant: for once and for minutes. What is asked is stored, what is answered is not,
 * because whoever has a link may see what the merchant has filled in. Nobody waits for a second one: without an answer
 * the asking is over.
 */
import { AppError } from '../domain/errors.js';
import type { Tenant } from '../domain/tenant.js';
import type { LinkAnswer, MarketplaceVerbs, Parameters } from '../kit/connector.js';
import { answerOperation, storeAsking, type Operation } from '../storage/operations.js';
import { contextOf, now, scopeOf, type App } from './app.js';
import { newOperation } from './beats.js';
import { refreshUrl, returnUrl } from './onboarding-address.js';

/** A fresh link, or why there is none. Every call asks the PSP for another one. */
export async function askLink(
  app: App,
  tenant: Tenant,
  of: { verbs: MarketplaceVerbs; merchantReference: string; accountId: string },
): Promise<LinkAnswer> {
  const { verbs, merchantReference, accountId } = of;
  const place = { tenantId: tenant.id, merchantReference };
  const urls = { returnUrl: returnUrl(app, place), refreshUrl: refreshUrl(app, place) };
  const planned = newOperation(app, tenant, {
    kind: 'link_account',
    amount: 0,
    itemIds: [],
    commandId: `link_account:${merchantReference}:${app.newId()}`,
    prepare: (operationId) => verbs.createLink.prepare({ operationId, accountId, ...urls }, contextOf(app, tenant)),
  });
  const operation = { ...planned, merchantReference };
  await storeAsking(app.db, scopeOf(app, tenant.id), operation);
  app.asking.add(operation.id);
  try {
    const answer = await askOnce(app, tenant, verbs, operation);
    await settleLink(app, tenant, operation, answer);
    return answer;
  } finally {
    app.asking.delete(operation.id);
  }
}

/** Ends an asking for a link whose answer never came. Safe to repeat. */
export async function giveUpLink(app: App, operation: Operation): Promise<void> {
  if (app.asking.has(operation.id)) return;
  await settleLink(app, { id: operation.tenantId }, operation, { answer: 'unknown' });
}

async function askOnce(
  app: App,
  tenant: Tenant,
  verbs: MarketplaceVerbs,
  { parameters, idempotencyKey, id: operationId, askedAt }: Operation,
): Promise<LinkAnswer> {
  try {
    const asking = { parameters: parameters as Parameters, idempotencyKey, operationId, askedAt };
    return await verbs.createLink.ask(asking, contextOf(app, tenant));
  } catch (error) {
    app.log.error('connector failed', { tenant: tenant.id, operation: operationId, error });
    return { answer: 'unknown' };
  }
}

async function settleLink(
  app: App,
  tenant: Pick<Tenant, 'id'>,
  operation: Operation,
  { answer, url, problem }: LinkAnswer,
): Promise<void> {
  const isThere = answer === 'completed' && url !== undefined;
  const reason = problem?.message ?? (isThere ? undefined : 'no answer came, and nobody waits for it');
  await answerOperation(app.db, scopeOf(app, tenant.id), {
    id: operation.id,
    status: isThere ? 'succeeded' : answer === 'rejected' ? 'declined' : 'failed',
    ...(reason === undefined ? {} : { reason }),
    now: now(app),
  });
  const about = { tenant: tenant.id, merchant: operation.merchantReference, operation: operation.id };
  app.log('onboarding link asked for', { ...about, answer, problem: problem?.class, code: problem?.code });
}

/** What a merchant's person reads when the PSP gave no link or no account. Throws always. */
export function refuse({ answer, problem }: Pick<LinkAnswer, 'answer' | 'problem'>): never {
  const isKnown = answer === 'rejected' || problem?.class === 'credential' || problem?.class === 'permission';
  if (!isKnown) throw new AppError('onboarding_unanswered');
  throw new AppError('onboarding_refused', problem === undefined ? {} : { message: problem.message });
}
