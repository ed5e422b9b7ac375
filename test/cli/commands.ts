/** Runs commands of the operator in the test's own process. */
import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { registerClientCommands } from '../../src/cli/client.js';
import { openCliContext } from '../../src/cli/context.js';
import { registerKeyCommands } from '../../src/cli/keys.js';
import { registerMerchantCommands } from '../../src/cli/merchants.js';
import { registerTenantCommands } from '../../src/cli/tenant.js';
import type { Environment } from '../../src/config.js';
import { freshDatabase } from '../support/database.js';

export const newKey = () => randomBytes(32).toString('base64');

export interface Terminal {
  env: Record<string, string>;
  /** Runs one command line; answers what was printed, throws what the command throws. */
  run(line: string[], env?: Environment): Promise<string>;
  close(): Promise<void>;
}

export async function openTerminal(): Promise<Terminal> {
  const database = await freshDatabase();
  const env = { DATABASE_URL: database.url, MASTER_KEY: newKey() };
  return {
    env,
    run: async (line, changed = {}) => {
      const printed: string[] = [];
      const program = new Command()
        .exitOverride()
        .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
      const open = async () => {
        const context = await openCliContext({ ...env, ...changed });
        return { ...context, print: (text: string) => void printed.push(text) };
      };
      for (const register of [
        registerClientCommands,
        registerTenantCommands,
        registerMerchantCommands,
        registerKeyCommands,
      ])
        register(program, open);
      for (const command of program.commands.flatMap((group) => [group, ...group.commands])) {
        command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
      }
      await program.parseAsync(['node', 'quittance', ...line]);
      return printed.join('\n');
    },
    close: () => database.drop(),
  };
}
