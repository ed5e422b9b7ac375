/**
 * A merchant's account at the PSP: asked for once and for all as a stored operation, and settled with what the PSP says
 * of it. One asking per merchant: a repeat asks the same one again, so that no merchant gets a second account.
 */
import type { OnboardingStatus } from '../domain/event.js';
import { onboardingStatusOf, type AccountState } from '../domain/merchant.js';
import type { OperationStatus } from '../domain/operation.js';
import type { Tenant } from '../domain/tenant.js';
import type { AccountAnswer, MarketplaceVerbs, Parameters } from '../kit/connector.js';
import type { Db } from '../storage/database.js';
import { wake } from '../storage/inbox.js';
import { findMerchant, nameAccount, writeState, type MerchantRow } from '../storage/merchants.js';
import { answerOperation, openAccountAsking, storeAsking, type Operation } from '../storage/operations.js';
import { appendMessages } from '../storage/outbox.js';
import { contextOf, later, now, scopeOf, type App } from './app.js';
import { newOperation } from './beats.js';

/** Accounts are read again so often, finished or not: the webhook that tells of a change may be lost. */
export const LOOK_AGAIN_SECONDS = 86_400;

/**
 * Stores, inside the caller's transaction and with the merchant's row locked, that an account is asked for. When that is
 * asked already and nobody knows the answer, it is that operation again.
 */
export async function planAccount(
  app: App,
  db: Db,
  tenant: Tenant,
  of: { verbs: MarketplaceVerbs; merchantReference: string; name?: string },
): Promise<Operation> {
  const { verbs, merchantReference, name } = of;
  const scope = scopeOf(app, tenant.id);
  const open = await openAccountAsking(db, scope, { merchantReference, connector: tenant.connector });
  if (open !== undefined) return open;
  const called = name === undefined ? {} : { name };
  const operation = newOperation(app, tenant, {
    kind: 'create_account',
    amount: 0,
    itemIds: [],
    // Asked anew after a refusal: no key of the former one may answer.
    commandId: `create_account:${merchantReference}:${app.newId()}`,
    prepare: (operationId) =>
      verbs.createAccount.prepare({ operationId, merchantReference, ...called }, contextOf(app, tenant)),
  });
  const stored = { ...operation, merchantReference };
  await storeAsking(db, scope, stored);
  return stored;
}

/** Asks and settles. Undefined when this process is asking it already. Safe to repeat: key and parameters are stored. */
export async function askAccount(app: App, tenant: Tenant, operation: Operation): Promise<AccountAnswer | undefined> {
  if (app.asking.has(operation.id)) return undefined;
  app.asking.add(operation.id);
  try {
    const answer = await askOnce(app, tenant, operation);
    await settleAccount(app, tenant, operation, answer);
    return answer;
  } finally {
    app.asking.delete(operation.id);
  }
}

async function askOnce(app: App, tenant: Tenant, operation: Operation): Promise<AccountAnswer> {
  const { parameters, idempotencyKey, id: operationId, askedAt } = operation;
  try {
    const { marketplace } = await app.connector(operation.connector);
    const asking = { parameters: parameters as Parameters, idempotencyKey, operationId, askedAt };
    const context = contextOf(app, { ...tenant, connector: operation.connector });
    if (marketplace !== undefined) return await marketplace.createAccount.ask(asking, context);
    return { answer: 'rejected', problem: { class: 'rejected', message: 'The connector knows no marketplaces' } };
  } catch (error) {
    app.log.error('connector failed', { tenant: tenant.id, operation: operationId, error });
    return { answer: 'unknown' };
  }
}

/** What a change of a merchant's status was, for the log. */
export interface Told {
  from: OnboardingStatus;
  to: OnboardingStatus;
  state: AccountState;
}

/** The account gets its name, its state is told, and the operation its answer: one commit. */
async function settleAccount(app: App, tenant: Tenant, operation: Operation, answer: AccountAnswer): Promise<void> {
  const scope = scopeOf(app, tenant.id);
  const { merchantReference = '', connector, id } = operation;
  const { accountId, state, problem } = answer;
  const told = await app.db.transaction().execute(async (tx) => {
    const status = statusOf(operation, answer);
    await answerOperation(tx, scope, {
      id,
      status,
      ...(problem === undefined ? {} : { reason: problem.message }),
      ...(status === 'asked' && operation.askings === 1 ? { nextAskAt: later(app, 2) } : {}),
      now: now(app),
    });
    const merchant = await findMerchant(tx, scope, merchantReference, true);
    // Forgotten meanwhile, or with another connector's account: this one belongs to nobody then.
    const isTheirs = merchant?.connector === connector && (merchant.accountId ?? accountId) === accountId;
    if (merchant === undefined || !isTheirs || accountId === undefined) return undefined;
    await nameAccount(tx, scope, { merchantReference, accountId, now: now(app) });
    await wake(tx, scope, [accountId], now(app));
    if (state === undefined) return undefined;
    return tellState(app, tx, tenant, { merchant: { ...merchant, version: merchant.version + 1 }, state });
  });
  const about = { tenant: tenant.id, merchant: merchantReference, operation: id };
  app.log('account asked for', { ...about, answer: answer.answer, problem: problem?.class, code: problem?.code });
  if (told !== undefined) logTold(app, tenant, merchantReference, told);
}

function statusOf({ unanswered, askings }: Operation, { answer, accountId, problem }: AccountAnswer): OperationStatus {
  const isAboutUs = problem?.class === 'credential' || problem?.class === 'permission';
  // Then nobody looked at what was asked: an earlier asking without an answer may have made the account.
  if (isAboutUs && (unanswered === true || askings > 1)) return 'asked';
  if (answer === 'rejected') return 'declined';
  // An account exists or not; what its merchant still has to do is no answer that is missing.
  return accountId === undefined ? 'asked' : 'succeeded';
}

/**
 * Writes what the PSP says of an account inside the caller's transaction, and tells the shop when that is another status
 * than it was told last. Undefined when the merchant was changed since it was read.
 */
export async function tellState(
  app: App,
  db: Db,
  tenant: Pick<Tenant, 'id'>,
  { merchant, state }: { merchant: MerchantRow; state: AccountState },
): Promise<Told | undefined> {
  const scope = scopeOf(app, tenant.id);
  const { merchantReference, version, wasActive, status: from } = merchant;
  const to = onboardingStatusOf(state, wasActive);
  const written = await writeState(db, scope, {
    merchantReference,
    version,
    status: to,
    state,
    wasActive: wasActive || state.transfers === 'active',
    nextLookAt: later(app, LOOK_AGAIN_SECONDS),
    now: now(app),
  });
  if (!written) return undefined;
  if (from !== to) {
    const event = {
      kind: 'onboarding_status_changed',
      merchantReference,
      appIdentifier: app.appId,
      status: to,
    } as const;
    await appendMessages(db, scope, [app.compose(event, { tenantId: tenant.id })], now(app));
  }
  return { from, to, state };
}

/** One line when the status has changed: what for, and until when. What is asked for is in the PSP's words, no answers. */
export function logTold(app: App, tenant: Pick<Tenant, 'id'>, merchant: string, { from, to, state }: Told): void {
  if (state.paysOut === false && to !== 'incomplete')
    app.log.warn('the PSP pays nothing out to a merchant', { tenant: tenant.id, merchant });
  if (from === to) return;
  const { pastDue, currentlyDue, deadline } = state;
  app.log('onboarding status changed', { tenant: tenant.id, merchant, from, to, pastDue, currentlyDue, deadline });
}
