/** `quittance client add | list | revoke`: who may ask for tokens, and for which tenants. */
import { InvalidArgumentError, type Command } from 'commander';
import { addClient, EVERY_TENANT, listClients, revokeClient } from '../storage/clients.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';
import { minute, table } from './table.js';

/** As long as the token endpoint and the tenants' header take it. */
const TENANT_CHARS = 60;
const LABEL_CHARS = 100;

/** Adds the commands. */
export function registerClientCommands(program: Command, open: OpenCli): void {
  const client = commandGroup(program, 'client', 'clients that may ask for tokens');
  client
    .command('add')
    .description('add a client; its secret is shown once')
    .requiredOption('--tenant <id>', 'tenant it may act for; repeat for several, "*" for every tenant', addTenant)
    .option('--label <text>', 'what it is for', readLabel, '')
    .action(({ tenant, label }: { tenant: string[]; label: string }) =>
      withContext(open, (context) => add(context, tenant, label)),
    );
  client
    .command('list')
    .description('list all clients')
    .action(() => withContext(open, list));
  client
    .command('revoke')
    .argument('<client-id>')
    .description('give a client no further tokens')
    .action((clientId: string) => withContext(open, (context) => revoke(context, clientId)));
}

async function add(context: CliContext, tenantIds: string[], label: string): Promise<void> {
  const { clientId, secret } = await addClient(storeOf(context), { tenantIds, label });
  context.print(
    [
      `client id      ${clientId}`,
      `client secret  ${secret}`,
      `tenants        ${tenantsText(tenantIds)}`,
      '',
      'The secret is shown only now: keep it in the password store of the shop.',
    ].join('\n'),
  );
}

async function list(context: CliContext): Promise<void> {
  const clients = await listClients(storeOf(context));
  if (clients.length === 0) return context.print('There are no clients yet: quittance client add --tenant <id>');
  const rows = clients.map(({ clientId, tenantIds, label, createdAt, revokedAt }) => [
    clientId,
    tenantsText(tenantIds),
    label,
    minute(createdAt),
    revokedAt === undefined ? 'active' : `revoked ${minute(revokedAt)}`,
  ]);
  context.print(table(['CLIENT', 'TENANTS', 'LABEL', 'ADDED', 'STATE'], rows));
}

async function revoke(context: CliContext, clientId: string): Promise<void> {
  const revoked = await revokeClient(storeOf(context), clientId);
  if (revoked === undefined) throw new Error(`Revoke a client: there is no client ${JSON.stringify(clientId)}`);
  context.print(`${clientId} gets no further tokens. Those it has are valid until they expire, at most one hour.`);
}

function storeOf({ db, clock, config }: CliContext) {
  return { db, clock, appId: config.appId };
}

function tenantsText(tenantIds: readonly string[]): string {
  return tenantIds.includes(EVERY_TENANT) ? 'every tenant' : tenantIds.join(', ');
}

function addTenant(tenantId: string, before: string[] = []): string[] {
  const trimmed = tenantId.trim();
  if (trimmed === '' || trimmed.length > TENANT_CHARS || !isPlain(trimmed)) {
    throw new InvalidArgumentError(`wanted are 1 to ${TENANT_CHARS} characters.`);
  }
  // It travels in a header, where a comma divides one value from the next.
  if (trimmed.includes(','))
    throw new InvalidArgumentError('wanted is one tenant without a comma; repeat --tenant for several.');
  return before.includes(trimmed) ? before : [...before, trimmed];
}

function readLabel(label: string): string {
  if (label.length > LABEL_CHARS || !isPlain(label)) {
    throw new InvalidArgumentError(`wanted are at most ${LABEL_CHARS} characters on one line.`);
  }
  return label.trim();
}

/** One line without control characters. */
function isPlain(text: string): boolean {
  return !/[\u0000-\u001f\u007f-\u009f]/.test(text);
}
