/** `quittance tenant merchants`: the sellers of one marketplace, how far each has come, and what keeps them back. */
import type { Command } from 'commander';
import type { AccountState } from '../domain/merchant.js';
import { listMerchants, type ListedMerchant } from '../storage/merchants.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';
import { minute, table } from './table.js';

/** Things a merchant owes that are shown by name. */
const SHOWN = 3;

/** Adds the command. */
export function registerMerchantCommands(program: Command, open: OpenCli): void {
  commandGroup(program, 'tenant', 'shops that use this service')
    .command('merchants')
    .requiredOption('--tenant <id>', 'of this tenant')
    .description('list the merchants of a marketplace: account, status, what is missing')
    .action(({ tenant }: { tenant: string }) => withContext(open, (context) => list(context, tenant)));
}

async function list({ db, config, print }: CliContext, tenantId: string): Promise<void> {
  const merchants = await listMerchants(db, { appId: config.appId, tenantId });
  if (merchants.length === 0) return print(`The tenant ${JSON.stringify(tenantId)} has no merchants.`);
  print(table(['MERCHANT', 'ACCOUNT', 'STATUS', 'MISSING', 'CHANGED'], merchants.map(rowOf)));
}

function rowOf({ merchantReference, accountId, status, state, changedAt }: ListedMerchant): string[] {
  return [merchantReference, accountId ?? '(none yet)', status, missingOf(state), minute(changedAt)];
}

/** What the merchant owes, the most urgent first, in the PSP's words; and what else keeps money from them. */
function missingOf(state: AccountState | undefined): string {
  if (state === undefined) return '';
  const { pastDue, currentlyDue, eventuallyDue, deadline, isUnderReview, paysOut } = state;
  const named = (when: string, what: string[]): string[] => {
    if (what.length === 0) return [];
    const more = what.length > SHOWN ? ` and ${what.length - SHOWN} more` : '';
    return [`${when}: ${what.slice(0, SHOWN).join(', ')}${more}`];
  };
  const due = deadline === undefined ? 'due now' : `due by ${minute(deadline)}`;
  return [
    ...named('past due', pastDue),
    ...named(due, currentlyDue),
    ...named('due one day', eventuallyDue),
    ...(isUnderReview ? ['the PSP is checking'] : []),
    ...(paysOut === false ? ['no payouts'] : []),
  ].join('; ');
}
