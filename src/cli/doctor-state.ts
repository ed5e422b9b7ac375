/** What stands in the database about a tenant, and what its PSP says of it, as far as a shop would notice. */
import type { App } from '../flows/app.js';
import { contextOf, now, readTenant, scopeOf } from '../flows/app.js';
import type { Tenant } from '../domain/tenant.js';
import { tenantBacklog } from '../storage/backlog.js';
import { listEndpoints, listPaymentMethods } from '../storage/tenants.js';
import type { Finding } from './doctor.js';

/** Shops poll every few seconds. */
const LONG_SECONDS = 600;
const UNANSWERED_SECONDS = 300;
/** Workers take what is due within a second. */
const UNTOUCHED_SECONDS = 30;

/** Looks at everything. Reads only; the PSP is asked whether the settings still work. */
export async function stateOfTenant(app: App, tenantId: string): Promise<Finding[]> {
  const tenant = await readTenant(app, tenantId);
  if (tenant === undefined) {
    return [{ what: 'the tenant is known', fault: 'it has never sent its configuration: save the app’s form in the shop' }];
  } // prettier-ignore
  const connected = finding(
    'the tenant is connected',
    tenant.status !== 'DISCONNECTED',
    'it was disconnected: save the app’s form again',
  );
  if (connected.fault !== undefined) return [connected];
  return [
    connected,
    await credentials(app, tenant),
    ...(await webhooks(app, tenant)),
    await methods(app, tenantId),
    ...(await waiting(app, tenantId)),
  ]; // prettier-ignore
}

function finding(what: string, isWell: boolean, fault: string): Finding {
  return isWell ? { what } : { what, fault };
}

async function credentials(app: App, tenant: Tenant): Promise<Finding> {
  const what = 'the PSP accepts the settings';
  try {
    const connector = await app.connector(tenant.connector);
    const { isValid, errors } = await connector.validate(tenant.settings, contextOf(app, tenant), {
      readsOnly: true,
    });
    return finding(what, isValid, errors.flatMap(({ errorMessages }) => errorMessages).join(', '));
  } catch (error) {
    return { what, fault: error instanceof Error ? error.message : 'it could not be asked' };
  }
}

async function webhooks(app: App, tenant: Tenant): Promise<Finding[]> {
  const connector = await app.connector(tenant.connector).catch(() => undefined);
  const inspect = connector?.endpoints?.inspect;
  if (inspect === undefined || connector?.endpoints?.wanted(tenant.settings) !== true) return [];
  const what = 'the PSP tells us what happens';
  const endpoints = (await listEndpoints(app.db, scopeOf(app, tenant.id))).filter(
    ({ pspEndpointId }) => pspEndpointId !== undefined,
  );
  if (endpoints.length === 0) return [{ what, fault: 'no webhook address is registered yet: can the PSP reach PUBLIC_URL?' }];
  const faults: string[] = [];
  for (const { pspEndpointId = '' } of endpoints) {
    const fault = await inspect(pspEndpointId, contextOf(app, tenant)).catch(() => 'the PSP gave no answer');
    if (fault !== undefined) faults.push(`webhook address ${pspEndpointId}: ${fault}`);
  }
  return [finding(what, faults.length === 0, faults.join(', '))];
} // prettier-ignore

/** A shop calls the address it was told with the method, so one of a former deployment leads nowhere. */
async function methods(app: App, tenantId: string): Promise<Finding> {
  const what = 'the shop knows payment methods, and where to call for them';
  const known = await listPaymentMethods(app.db, scopeOf(app, tenantId));
  if (known.length === 0) return { what, fault: 'none is announced: does the PSP offer any with these settings?' };
  const elsewhere = known.find(({ appConfiguration }) => appConfiguration['baseUrl'] !== app.publicUrl);
  return finding(
    what,
    elsewhere === undefined,
    `${elsewhere?.name} leads to ${String(elsewhere?.appConfiguration['baseUrl'])}, not to PUBLIC_URL: save the app’s form again`,
  );
}

async function waiting(app: App, tenantId: string): Promise<Finding[]> {
  const backlog = await tenantBacklog(app.db, scopeOf(app, tenantId), now(app));
  const minutes = Math.round(backlog.oldestMessage / 60);
  const oldest = `${backlog.messages} wait, the oldest for ${minutes} minutes`;
  const moves = backlog.oldestMessage < LONG_SECONDS;
  return [
    finding('webhooks and commands are worked on', backlog.oldestDue < UNTOUCHED_SECONDS, `${backlog.due} wait, the oldest for ${Math.round(backlog.oldestDue)} seconds: does a node with workers run (quittance serve, or --role worker), with this environment?`),
    app.usesBroker
      ? finding('the broker takes our messages', moves, `${oldest}: does a node with workers run, and what does its log say of the broker?`)
      : finding('the shop fetches its messages', moves, `${oldest}: do its workers run, with the channels’ address?`),
    finding('the shop takes every message it fetches', backlog.untaken.length === 0, `${backlog.untaken.join(', ')} come back again and again: does the shop map them to a channel, and handle them? Those it can do without stand in the setting unwantedMessages`),
    finding('the PSP has answered everything', backlog.oldestAsking < UNANSWERED_SECONDS, `${backlog.askings} operations are not answered, the oldest for ${Math.round(backlog.oldestAsking / 60)} minutes`),
    finding('nothing waits for a person', backlog.deadLetters === 0, `${backlog.deadLetters} dead letters: quittance dead list --tenant ${tenantId}`),
  ];
} // prettier-ignore
