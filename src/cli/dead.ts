/** `quittance dead list | show | replay | discard`: what could not be applied or delivered, and what to make of it. */
import type { Command } from 'commander';
import { isoTime } from '../domain/clock.js';
import { discardDead, findDead, listDead, replayDead } from '../storage/dead-letters.js';
import { commandGroup, withContext, type CliContext, type OpenCli } from './context.js';
import { minute, table } from './table.js';

const SHOWN = 100;

/** Adds the commands. */
export function registerDeadCommands(program: Command, open: OpenCli): void {
  const dead = commandGroup(program, 'dead', 'what could not be applied or delivered');
  dead
    .command('list')
    .description('list dead letters, newest first')
    .option('--tenant <id>', 'of this tenant alone')
    .action(({ tenant }: { tenant?: string }) => withContext(open, (context) => list(context, tenant)));
  dead
    .command('show')
    .argument('<id>', 'such as in-12 or out-7')
    .description('show one with its body')
    .action((id: string) => withContext(open, (context) => show(context, id)));
  dead
    .command('replay')
    .argument('<id>')
    .description('apply or deliver it again')
    .action((id: string) => withContext(open, (context) => replay(context, id)));
  dead
    .command('discard')
    .argument('<id>')
    .description('take it off the list; the row stays as evidence')
    .action((id: string) => withContext(open, (context) => discard(context, id)));
}

async function list({ db, config, print }: CliContext, tenant: string | undefined): Promise<void> {
  const letters = await listDead(db, config.appId, {
    limit: SHOWN,
    ...(tenant === undefined ? {} : { tenantId: tenant }),
  });
  if (letters.length === 0) return print('There are no dead letters.');
  const rows = letters.map((letter) => [
    letter.id,
    letter.tenantId,
    letter.kind,
    letter.about,
    minute(letter.at),
    letter.result,
  ]);
  print(table(['ID', 'TENANT', 'KIND', 'ABOUT', 'SINCE', 'WHY'], rows));
}

async function show({ db, vault, config, print }: CliContext, id: string): Promise<void> {
  const letter = await findDead(db, config.appId, id);
  if (letter === undefined) throw new Error(`Show a dead letter: there is no ${JSON.stringify(id)}`);
  const body = letter.sealed ? await vault.open(letter.tenantId, 'inbox', letter.body) : letter.body;
  const { tenantId, kind, about, at, result } = letter;
  print(JSON.stringify({ id, tenantId, kind, about, at, result, body: readable(body) }, null, 2));
}

async function replay({ db, clock, config, print }: CliContext, id: string): Promise<void> {
  if (!(await replayDead(db, config.appId, id, isoTime(clock))))
    throw new Error(`Replay a dead letter: there is no ${JSON.stringify(id)}`);
  print(`${id} is due again.`);
}

async function discard({ db, clock, config, print }: CliContext, id: string): Promise<void> {
  if (!(await discardDead(db, config.appId, id, isoTime(clock))))
    throw new Error(`Discard a dead letter: there is no ${JSON.stringify(id)}`);
  print(`${id} is off the list.`);
}

/** Client secrets in a PSP's body open payments: they are for nobody's screen. */
function readable(body: string): unknown {
  const hidden = body.replace(/"(client_secret)"\s*:\s*"[^"]*"/g, '"$1":"[redacted]"');
  try {
    return JSON.parse(hidden) as unknown;
  } catch {
    return hidden;
  }
}
