/** `quittance tenant erase | forget`: personal data that is not needed any more. */
import { InvalidArgumentError, type Command } from 'commander';
import { erasePersonalData, forgetTenant, TENANT_TABLES } from '../storage/erasure.js';
import { findTenant } from '../storage/tenants.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';

/** Payments of which nothing more is expected. */
const OVER = ['captured', 'canceled', 'refunded', 'partially refunded', 'authorization_failed', 'overpaid'] as const;
const DAY_MS = 86_400_000;

interface EraseOptions {
  tenant: string;
  order?: string;
  olderThan?: number;
}

/** Adds the commands. */
export function registerEraseCommands(program: Command, open: OpenCli): void {
  const tenant = commandGroup(program, 'tenant', 'shops that use this service');
  tenant
    .command('erase')
    .description('take personal data out of payments that are over; amounts, items and history stay')
    .requiredOption('--tenant <id>', 'the shop')
    .option('--order <reference>', 'of this order alone')
    .option('--older-than <days>', 'of everything that has not changed for so many days', readDays)
    .action((options: EraseOptions) => withContext(open, (context) => erase(context, options)));
  tenant
    .command('forget')
    .description('remove a disconnected tenant with everything of it, for good')
    .requiredOption('--tenant <id>', 'the shop')
    .requiredOption('--yes', 'there is no way back')
    .action(({ tenant: tenantId }: { tenant: string }) => withContext(open, (context) => forget(context, tenantId)));
}

async function erase({ db, vault, clock, config, print }: CliContext, options: EraseOptions): Promise<void> {
  const { tenant: tenantId, order: orderReference, olderThan } = options;
  if ((orderReference === undefined) === (olderThan === undefined))
    throw new Error('Erase personal data: wanted is either --order or --older-than');
  const scope = { appId: config.appId, tenantId };
  if ((await findTenant(db, scope)) === undefined)
    throw new Error(`Erase personal data: there is no tenant ${JSON.stringify(tenantId)}`);
  const before = new Date(clock.now() - (olderThan ?? 0) * DAY_MS).toISOString();
  const erased = await erasePersonalData(db, scope, {
    of: orderReference === undefined ? { before } : { orderReference },
    statuses: OVER,
    emptyBody: await vault.seal(tenantId, 'inbox', '{}'),
  });
  if (orderReference !== undefined && erased.payments === 0)
    throw new Error(`Erase personal data: order ${JSON.stringify(orderReference)} is unknown, or its payment is not over`);
  const { payments, operations, inbox, messages, replies } = erased;
  print(`Erased from ${payments} payments, ${operations} askings, ${inbox} events and commands, ${messages} messages; ${replies} kept answers are gone.`);
} // prettier-ignore

async function forget({ db, config, print }: CliContext, tenantId: string): Promise<void> {
  const scope = { appId: config.appId, tenantId };
  const tenant = await findTenant(db, scope);
  if (tenant === undefined) throw new Error(`Forget a tenant: there is no tenant ${JSON.stringify(tenantId)}`);
  if (tenant.status !== 'DISCONNECTED')
    throw new Error(`Forget a tenant: ${JSON.stringify(tenantId)} is connected, disconnect it in the shop first`);
  const count = await forgetTenant(db, scope, TENANT_TABLES);
  print(`${tenantId} is gone with ${count} rows and its key. Backups still have them until they are thrown away.`);
}

function readDays(text: string): number {
  const days = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (days >= 1) return days;
  throw new InvalidArgumentError('wanted is a whole number of days, 1 or more.');
}
