/**
 * Webhook addresses: registers ours at the tenant's PSP when its credentials want it, and removes the former one.
 * Both are stored operations, asked after the configuration is committed and again until there is an answer.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { Tenant } from '../domain/tenant.js';
import { readPath } from '../domain/tenant.js';
import type { Connector, EndpointAnswer, Parameters } from '../kit/connector.js';
import { STATUS_OF_ANSWER } from '../domain/operation.js';
import type { Db } from '../storage/database.js';
import { answerOperation, storeAsking, type Operation } from '../storage/operations.js';
import { addEndpoint, listEndpoints, nameEndpoint, retireEndpoint, type WebhookEndpoint } from '../storage/tenants.js';
import { contextOf, later, now, scopeOf, type App } from './app.js';
import { newOperation } from './beats.js';

/** Long enough that a token cannot be guessed; hexadecimal, so it never equals `test`. */
const TOKEN_BYTES = 18;

/**
 * Stores, inside the caller's transaction, what has to be asked so that exactly one address with these credentials
 * exists for each purpose. Nothing when it exists already or the tenant registers by hand. The operations are returned to be asked.
 */
export async function planEndpoints(app: App, db: Db, tenant: Tenant, connector: Connector): Promise<Operation[]> {
  const known = await listEndpoints(db, scopeOf(app, tenant.id));
  const fingerprint = fingerprintOf(tenant, connector);
  const isWanted = tenant.isActive && connector.endpoints?.wanted(tenant.settings) === true;
  const purposes = isWanted ? ['', ...(connector.endpoints?.further?.(tenant.settings) ?? [])] : [];
  const planned: Operation[] = [];
  for (const purpose of purposes) {
    if (known.some((endpoint) => endpoint.purpose === purpose && endpoint.fingerprint === fingerprint)) continue;
    planned.push(await planRegistration(app, db, tenant, { connector, fingerprint, purpose }));
  }
  for (const endpoint of known) {
    if (purposes.includes(endpoint.purpose) && endpoint.fingerprint === fingerprint) continue;
    // Registered by the tenant's former connector, perhaps: only that one can take it away.
    const owner = endpoint.connector === connector.name ? connector : await app.connector(endpoint.connector);
    planned.push(...(await planRemoval(app, db, { ...tenant, connector: owner.name }, { connector: owner, endpoint })));
  }
  return planned;
}

/** Asks one stored registration or removal and keeps what the PSP told. Safe to repeat. */
export async function askEndpoint(app: App, tenant: Tenant, operation: Operation): Promise<void> {
  if (app.asking.has(operation.id)) return;
  app.asking.add(operation.id);
  try {
    const answer = await askOnce(app, tenant, operation);
    await settleEndpoint(app, tenant, operation, answer);
  } finally {
    app.asking.delete(operation.id);
  }
}

/** The address the PSP calls for this endpoint. */
export function endpointUrl(app: App, endpoint: Pick<WebhookEndpoint, 'mode' | 'pathToken'>): string {
  return `${app.publicUrl}/webhooks/${endpoint.mode === 'test' ? 'test/' : ''}${endpoint.pathToken}`;
}

async function planRegistration(
  app: App,
  db: Db,
  tenant: Tenant,
  of: { connector: Connector; fingerprint: string; purpose: string },
): Promise<Operation> {
  const { connector, fingerprint, purpose } = of;
  const endpoint: WebhookEndpoint = {
    id: app.newId(),
    tenantId: tenant.id,
    connector: connector.name,
    mode: connector.mode(tenant.settings),
    pathToken: randomBytes(TOKEN_BYTES).toString('hex'),
    fingerprint,
    purpose,
  };
  const scope = scopeOf(app, tenant.id);
  await addEndpoint(db, scope, endpoint, now(app));
  const operation = newOperation(app, tenant, {
    kind: 'register_endpoint',
    amount: 0,
    itemIds: [],
    commandId: `register_endpoint:${endpoint.id}`,
    prepare: (operationId) =>
      connector.endpoints?.register.prepare(
        { url: endpointUrl(app, endpoint), operationId, purpose },
        contextOf(app, tenant),
      ) ?? {},
  });
  const stored = { ...operation, endpointId: endpoint.id };
  await storeAsking(db, scope, stored);
  return stored;
}

/** The former address keeps working until the PSP has confirmed its removal; one that was never made is retired. */
async function planRemoval(
  app: App,
  db: Db,
  tenant: Tenant,
  of: { connector: Connector; endpoint: WebhookEndpoint },
): Promise<Operation[]> {
  const { connector, endpoint } = of;
  const scope = scopeOf(app, tenant.id);
  const { pspEndpointId } = endpoint;
  if (pspEndpointId === undefined) {
    await retireEndpoint(db, scope, endpoint.id, now(app));
    return [];
  }
  const operation = newOperation(app, tenant, {
    kind: 'remove_endpoint',
    amount: 0,
    itemIds: [],
    // Asked anew whenever it is planned anew: no key of a former refusal may answer.
    commandId: `remove_endpoint:${endpoint.id}:${app.newId()}`,
    prepare: (operationId) =>
      connector.endpoints?.remove.prepare(
        { endpointId: pspEndpointId, operationId, purpose: endpoint.purpose },
        contextOf(app, tenant),
      ) ?? {},
  });
  const stored = { ...operation, endpointId: endpoint.id };
  await storeAsking(db, scope, stored);
  return [stored];
}

async function askOnce(app: App, tenant: Tenant, operation: Operation): Promise<EndpointAnswer> {
  const { parameters, idempotencyKey, id: operationId, askedAt } = operation;
  try {
    const connector = await app.connector(operation.connector);
    const verb = operation.kind === 'register_endpoint' ? connector.endpoints?.register : connector.endpoints?.remove;
    if (verb === undefined)
      return { answer: 'rejected', problem: { class: 'rejected', message: 'The connector registers no addresses' } };
    return await verb.ask(
      { parameters: parameters as Parameters, idempotencyKey, operationId, askedAt },
      contextOf(app, { ...tenant, connector: operation.connector }),
    );
  } catch (error) {
    app.log.error('connector failed', { tenant: tenant.id, operation: operationId, error });
    return { answer: 'unknown' };
  }
}

async function settleEndpoint(app: App, tenant: Tenant, operation: Operation, answer: EndpointAnswer): Promise<void> {
  const scope = scopeOf(app, tenant.id);
  const endpointId = operation.endpointId ?? '';
  const isRegistered =
    operation.kind === 'register_endpoint' && answer.answer === 'completed' && answer.endpointId !== undefined;
  const secret = answer.secret === undefined ? undefined : await app.vault.seal(tenant.id, 'endpoint', answer.secret);
  await app.db.transaction().execute(async (tx) => {
    if (isRegistered) {
      await nameEndpoint(tx, scope, endpointId, {
        pspEndpointId: answer.endpointId ?? '',
        ...(secret === undefined ? {} : { secret }),
      });
    }
    // A removal that the PSP refuses is a warning: the address is dead on our side all the same. An address that the
    // PSP refuses to register is given up, so that configuring again tries another one.
    const isOver = operation.kind === 'remove_endpoint' ? answer.answer !== 'unknown' : answer.answer === 'rejected';
    if (isOver) await retireEndpoint(tx, scope, endpointId, now(app));
    await answerOperation(tx, scope, {
      id: operation.id,
      status: STATUS_OF_ANSWER[answer.answer],
      ...(answer.problem === undefined ? {} : { reason: answer.problem.message }),
      ...(answer.answer === 'unknown' && operation.askings === 1 ? { nextAskAt: later(app, 2) } : {}),
      now: now(app),
    });
  });
  app.log('webhook address', {
    tenant: tenant.id,
    kind: operation.kind,
    answer: answer.answer,
    problem: answer.problem?.message,
  });
}

/** Changes when the credentials or our own address change: then another registration is needed. */
export function fingerprintOf(tenant: Tenant, connector: Connector): string {
  const secrets =
    connector.endpoints?.credentials?.(tenant.settings) ??
    connector.configuration.secrets.map((path) => String(readPath(tenant.settings, path) ?? ''));
  return createHash('sha256')
    .update(JSON.stringify([connector.name, connector.mode(tenant.settings), ...secrets]))
    .digest('base64url');
}
