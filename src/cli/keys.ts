/** `quittance keys rotate`: brings all secrets under the current master key, or makes a new key for tokens. */
import type { Command } from 'commander';
import { openTokenKeys } from '../http/token-keys.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';

/** Adds the command. */
export function registerKeyCommands(program: Command, open: OpenCli): void {
  commandGroup(program, 'keys', 'keys of this deployment')
    .command('rotate')
    .description('bring all secrets from MASTER_KEY_PREVIOUS under MASTER_KEY; safe to repeat while the app runs')
    .option('--tokens', 'make a new key for signing tokens instead')
    .action(({ tokens }: { tokens?: boolean }) =>
      withContext(open, tokens === true ? rotateTokenKeys : rotateMasterKey),
    );
}

async function rotateMasterKey({ vault, config, print }: CliContext): Promise<void> {
  const { tenants, secrets } = await vault.rotate();
  print(
    `Keys of ${tenants} tenants and ${secrets} secrets of the deployment were brought under the current master key.`,
  );
  if (config.previousMasterKey === undefined) {
    print('To change the master key, set the new one as MASTER_KEY and the present one as MASTER_KEY_PREVIOUS first.');
  } else {
    print('All of it opens with MASTER_KEY now. Restart every node without MASTER_KEY_PREVIOUS.');
  }
}

async function rotateTokenKeys({ db, vault, clock, config, print }: CliContext): Promise<void> {
  const count = await openTokenKeys({ db, appId: config.appId, vault, clock }).rotate();
  print(
    `A new key signs tokens on every node within a minute. ${count} keys are accepted, so present tokens stay valid.`,
  );
}
