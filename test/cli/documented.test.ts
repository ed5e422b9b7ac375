/** Pages for operators name commands, metrics and log lines: each of them is there, spelled as it is written. */
import { Command } from 'commander';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROLES } from '../../src/compose.js';
import { registerClientCommands } from '../../src/cli/client.js';
import { registerDeadCommands } from '../../src/cli/dead.js';
import { registerDoctorCommand } from '../../src/cli/doctor.js';
import { registerEraseCommands } from '../../src/cli/erase.js';
import { registerKeyCommands } from '../../src/cli/keys.js';
import { registerMerchantCommands } from '../../src/cli/merchants.js';
import { registerPaymentCommands } from '../../src/cli/payment.js';
import { registerTenantCommands } from '../../src/cli/tenant.js';
import { createMetrics } from '../../src/telemetry/metrics.js';

const PAGES = ['README.md', 'docs/operations.md', 'docs/many-nodes.md', 'docs/migrate-from-acp.md'];
const read = (path: string): string => readFileSync(path, 'utf8');
const OPERATIONS = read('docs/operations.md');

/** Lines of shell blocks that run the command, also in a container. */
const LINES = PAGES.flatMap((path) =>
  [...read(path).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, code = '']) =>
    code.split('\n').flatMap((line) => {
      const [, words] = /^(?:docker compose exec api )?quittance ([^#>|]+)/.exec(line) ?? [];
      return words === undefined ? [] : [words.trim()];
    }),
  ),
);

/** Reads a line as the real command would, and stops where it would open the database. Throws what it would complain of. */
async function understood(line: string): Promise<boolean> {
  let isOpened = false;
  const open = () => {
    isOpened = true;
    return Promise.reject(new Error('opened'));
  };
  const program = new Command();
  program.command('migrate').action(open);
  program.command('serve').option('--role <role>').action(({ role }: { role?: string }) => {
    if (role !== undefined && !ROLES.some((known) => known === role)) throw new Error(`there is no role ${role}`);
    return open();
  }); // prettier-ignore
  for (const register of [
    registerClientCommands,
    registerDeadCommands,
    registerDoctorCommand,
    registerEraseCommands,
    registerKeyCommands,
    registerMerchantCommands,
    registerPaymentCommands,
    registerTenantCommands,
  ])
    register(program, open);
  const silent = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    command.commands.forEach(silent);
  };
  silent(program);
  const words = [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');
  await program.parseAsync(words, { from: 'user' }).catch((error: Error) => {
    if (error.message !== 'opened') throw new Error(`quittance ${line}: ${error.message}`);
  });
  return isOpened;
}

describe('commands', () => {
  it('every line of the pages is understood', async () => {
    expect(LINES.length).toBeGreaterThan(25);
    for (const line of LINES) expect(await understood(line), line).toBe(true);
  });

  it('a line that is not is found', async () => {
    await expect(understood('dead remove in-1')).rejects.toThrow('quittance dead remove in-1');
    await expect(understood('tenant erase --tenant a --older 3')).rejects.toThrow('--older');
    await expect(understood('serve --role boss')).rejects.toThrow('there is no role boss');
  });
});

describe('what operators watch', () => {
  it('every metric of the page is there', async () => {
    const none = { inbox: [], outbox: { count: 0, oldest: 0 }, operations: [], payments: [], deadLetters: 0 };
    const known = (await createMetrics(() => Promise.resolve(none)).text()).match(/^# HELP (\w+)/gm) ?? [];
    const names = known.map((line) => line.slice('# HELP '.length));
    const documented = [...new Set(OPERATIONS.match(/quittance_\w+/g))].filter((name) => name !== 'quittance_restored');
    expect(documented.length).toBeGreaterThan(8);
    expect(documented.filter((name) => !names.includes(name.replace(/_count$/, '')))).toEqual([]);
  });

  it('every log line of the page is written somewhere', () => {
    const table = OPERATIONS.slice(OPERATIONS.indexOf('| `event` | do |'), OPERATIONS.indexOf('Traces:'));
    const events = [...table.matchAll(/`([^`]+)`(?=[,\s|])/g)].map(([, event]) => event ?? '').filter((event) => event.includes(' ')); // prettier-ignore
    expect(events.length).toBeGreaterThan(5);
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path));
    const text = files.map((path) => read(join('src', path))).join('\n');
    expect([...events, 'caught up'].filter((event) => !text.includes(`'${event}'`))).toEqual([]);
  });
});
