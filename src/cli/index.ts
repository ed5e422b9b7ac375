/** The `quittance` command: its list of commands and its help. */
import { Command, Option } from 'commander';
import { ROLES, type Role } from '../compose.js';
import { registerClientCommands } from './client.js';
import { openCliContext } from './context.js';
import { registerDeadCommands } from './dead.js';
import { registerDoctorCommand } from './doctor.js';
import { registerEraseCommands } from './erase.js';
import { registerKeyCommands } from './keys.js';
import { registerMerchantCommands } from './merchants.js';
import { registerPaymentCommands } from './payment.js';
import { runSandbox, runServe } from './run.js';
import { packageVersion, writeSpecs } from './spec.js';
import { registerTenantCommands } from './tenant.js';

/** Runs one command. Ends the process with 1 and one line when it fails. */
export async function main(argv: readonly string[]): Promise<void> {
  const program = new Command('quittance')
    .description('A self-hosted payment service provider app: one service between a shop and its PSPs')
    .version(await packageVersion());
  program
    .command('sandbox')
    .description('start everything to try it: the app, a Stripe simulator (PORT + 1) and a demo shop (PORT + 2)')
    .action(runSandbox);
  program
    .command('serve')
    .description('start the app for production; wants MASTER_KEY')
    .addOption(
      new Option('--role <role>', 'api answers requests, worker works on what was stored')
        .choices(ROLES)
        .default('all'),
    )
    .action(({ role }: { role: Role }) => runServe(role));
  program
    .command('migrate')
    .description('bring the database up to date')
    .action(async () => {
      const context = await openCliContext();
      context.print('The database is up to date.');
      await context.close();
    });
  program
    .command('spec')
    .description('write openapi.json and asyncapi.json into this folder')
    .action(async () => console.log((await writeSpecs(process.cwd())).join('\n')));
  registerClientCommands(program, openCliContext);
  registerTenantCommands(program, openCliContext);
  registerMerchantCommands(program, openCliContext);
  registerKeyCommands(program, openCliContext);
  registerDeadCommands(program, openCliContext);
  registerPaymentCommands(program, openCliContext);
  registerEraseCommands(program, openCliContext);
  registerDoctorCommand(program, openCliContext);
  try {
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    console.error(`quittance: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
