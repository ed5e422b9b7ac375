/** `quittance doctor`: plays a shop's calls against this deployment and says what would fail, before a shop does. */
import { InvalidArgumentError, type Command } from 'commander';
import { compose } from '../compose.js';
import { redact } from '../kit/redact.js';
import { createLog } from '../log.js';
import { addClient, revokeClient } from '../storage/clients.js';
import { brokerIsThere, issuerIsThere } from './doctor-around.js';
import { callsOfShop } from './doctor-calls.js';
import { stateOfTenant } from './doctor-state.js';
import { withContext, type CliContext, type OpenCli } from './context.js';
import { packageVersion } from './spec.js';

/** What was looked at. `fault` says what is wrong and what to do; without one all is well. */
export interface Finding {
  what: string;
  fault?: string;
}

const CLIENT_ID = 'QUITTANCE_CLIENT_ID';
const CLIENT_SECRET = 'QUITTANCE_CLIENT_SECRET';

/** Adds the command. */
export function registerDoctorCommand(program: Command, open: OpenCli): void {
  program
    .command('doctor')
    .description('play the calls of a shop against this deployment, and say what would fail')
    .requiredOption('--tenant <id>', 'the shop')
    .option('--url <url>', 'where the shop reaches this deployment', readAddress, '')
    .addHelpText('after', `\nWith ${CLIENT_ID} and ${CLIENT_SECRET} the shop’s own client is tried, else one made for the moment.`)
    .action(({ tenant, url }: { tenant: string; url: string }) =>
      withContext(open, (context) => examine(context, tenant, url === '' ? context.config.publicUrl : url)),
    ); // prettier-ignore
}

function readAddress(address: string): string {
  if (/^https?:/i.test(address) && URL.canParse(address)) return address;
  throw new InvalidArgumentError('wanted is an http or https URL.');
}

/** Prints every finding. Throws when something would fail, so that the command ends with 1. */
async function examine(context: CliContext, tenantId: string, url: string): Promise<void> {
  const { config, db, vault, clock, print } = context;
  const log = createLog({ level: 'silent', clock, redact });
  const running = await compose({
    config, db, vault, clock, log, version: await packageVersion(), isOnlyNode: false, role: 'api',
  }); // prettier-ignore
  const client = await clientFor(context, tenantId);
  const findings: Finding[] = [];
  try {
    findings.push(...(await callsOfShop({ url: url.replace(/\/+$/, ''), tenantId, clock, isSandbox: config.mode === 'sandbox', client: client.known })));
    findings.push(...(await issuerIsThere(config.externalIssuer)), ...(await brokerIsThere(config)));
    findings.push(...(await stateOfTenant(running.app, tenantId)));
  } finally {
    await client.forget();
    await running.server.close();
  }
  for (const { what, fault } of findings) print(fault === undefined ? `  ok     ${what}` : `  FAILS  ${what}\n         ${fault}`);
  const faults = findings.filter(({ fault }) => fault !== undefined).length;
  if (faults > 0) throw new Error(`Examine tenant ${JSON.stringify(tenantId)}: ${faults} of ${findings.length} would fail`);
  print(`\n${tenantId} is served as shops need it, at ${url}`);
  if (client.known === undefined) print('What needs a token was not tried: OAUTH_ISSUER names another issuer, so have its tokens tried by the shop.');
} // prettier-ignore

/** The shop's own client when the environment names it; otherwise one of ours that is gone afterwards. */
async function clientFor({ config, db, clock }: CliContext, tenantId: string) {
  const { [CLIENT_ID]: clientId, [CLIENT_SECRET]: secret } = process.env;
  if (config.externalIssuer !== undefined) return { known: undefined, forget: () => Promise.resolve() };
  if (clientId !== undefined && secret !== undefined)
    return { known: { clientId, secret }, forget: () => Promise.resolve() };
  const store = { db, clock, appId: config.appId };
  const known = await addClient(store, { tenantIds: [tenantId], label: 'doctor' });
  return { known, forget: async () => void (await revokeClient(store, known.clientId)) };
}
