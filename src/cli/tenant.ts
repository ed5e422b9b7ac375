/** `quittance tenant list | resend`: who is connected, where wallets are shown, and telling them their configuration again. */
import type { Command } from 'commander';
import { compose } from '../compose.js';
import { resendConfiguration } from '../flows/configure.js';
import { redact } from '../kit/redact.js';
import { createLog } from '../log.js';
import { listTenants } from '../storage/tenants.js';
import { listDomains, type WalletDomain } from '../storage/wallet-domains.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';
import { packageVersion } from './spec.js';
import { minute, table } from './table.js';

/** Adds the command. */
export function registerTenantCommands(program: Command, open: OpenCli): void {
  const tenant = commandGroup(program, 'tenant', 'shops that use this service');
  tenant
    .command('list')
    .description('list all tenants')
    .action(() => withContext(open, list));
  tenant
    .command('resend')
    .description('tell every connected tenant its configuration again, for shops that lost it')
    .action(() => withContext(open, resend));
}

async function list({ db, config, print }: CliContext): Promise<void> {
  const tenants = await listTenants(db, config.appId);
  if (tenants.length === 0)
    return print('There are no tenants yet: a shop becomes one when it sends its configuration.');
  const rows = tenants.map(({ tenantId, connector, status, updatedAt }) => [
    tenantId,
    connector,
    status.toLowerCase(),
    minute(updatedAt),
  ]);
  print(table(['TENANT', 'CONNECTOR', 'STATUS', 'CONFIGURED'], rows));
  const hosts: string[][] = [];
  for (const { tenantId } of tenants) {
    for (const domain of await listDomains(db, { appId: config.appId, tenantId })) {
      hosts.push([tenantId, domain.host, walletsIn(domain)]);
    }
  }
  if (hosts.length > 0) print(`\n${table(['TENANT', 'HOST', 'WALLETS'], hosts)}`);
}

/** Each wallet with yes, or why it is not shown; for a host that is not registered the reason. */
function walletsIn({ wallets, problem, isAsked, pspDomainId }: WalletDomain): string {
  if (pspDomainId === undefined) return problem ?? (isAsked ? 'not registered yet' : 'not registered');
  return wallets
    .map(({ wallet, isActive, reason }) => `${wallet} ${isActive ? 'yes' : `no (${reason ?? 'inactive'})`}`)
    .join(', ');
}

/** Without workers and without a port: the messages wait on the channels, whether the app runs or not. */
async function resend(context: CliContext): Promise<void> {
  const { config, db, vault, clock, print } = context;
  const log = createLog({ level: 'error', clock, redact });
  const parts = { config, db, vault, clock, log, version: await packageVersion(), isOnlyNode: false };
  const running = await compose(parts);
  const { told, failed } = await resendConfiguration(running.app).finally(() => running.server.close());
  print(told.length === 0 ? 'There is no connected tenant to tell.' : `Told again: ${told.join(', ')}`);
  const reasons = Object.entries(failed).map(([tenantId, reason]) => `${tenantId} (${reason})`);
  if (reasons.length > 0) throw new Error(`Tell the configuration again: not possible for ${reasons.join(', ')}`);
}
