/** `quittance dead list | show | replay | discard`, on letters that came about in the ordinary way. */
import { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCliContext } from '../../src/cli/context.js';
import { registerDeadCommands } from '../../src/cli/dead.js';
import { testApp, type TestApp, type TestShop } from '../support/app.js';
import { ask, movableClock, workerHeaders, type MovableClock } from '../http/doors.js';

const masterKey = randomBytes(32).toString('base64');
let app: TestApp;
let clock: MovableClock;
let shop: TestShop;
beforeAll(async () => {
  clock = movableClock();
  app = await testApp({ masterKey, clock });
  shop = app.shop('the-shop');
  await shop.configure();
});
afterAll(() => app.close());

async function dead(...line: string[]): Promise<string> {
  const printed: string[] = [];
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  registerDeadCommands(program, async () => {
    const context = await openCliContext({ DATABASE_URL: app.databaseUrl, MASTER_KEY: masterKey });
    return { ...context, clock, print: (text) => void printed.push(text) };
  });
  for (const command of program.commands.flatMap((group) => [group, ...group.commands])) {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  }
  await program.parseAsync(['node', 'quittance', 'dead', ...line]);
  return printed.join('\n');
}

async function poll(): Promise<{ MessageId: string }[]> {
  const headers = await workerHeaders(app, shop.tenantId);
  const { body } = await ask(app, '/channels/payment-method-commands', { method: 'GET', headers });
  return body as { MessageId: string }[];
}

const idIn = (text: string, kind: 'in' | 'out'): string => new RegExp(`\\b${kind}-\\d+`).exec(text)?.[0] ?? 'none';

/** An inbox row as a worker leaves it behind when it gives up. */
async function buried(body: object): Promise<string> {
  const sealed = await app.app.vault.seal(shop.tenantId, 'inbox', JSON.stringify(body));
  const at = new Date(clock.now()).toISOString();
  const { rows } = await sql<{ id: number }>`
    insert into inbox (app_id, tenant_id, source, identity, subject, type, body, attributes, state, attempts, due_at, received_at, finished_at, result)
    values (${app.config.appId}, ${shop.tenantId}, 'webhook', ${`sandbox:${at}:${Math.random()}`}, 'sbx_none', 'payment', ${sealed},
      '{"connector":"sandbox","event":{"id":"evt","type":"payment"}}', 'dead', 9, ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz, 'gave up')
    returning id`.execute(app.app.db);
  return `in-${rows[0]?.id}`;
}

describe('nothing is dead', () => {
  it('list says so', async () => {
    expect(await dead('list')).toBe('There are no dead letters.');
  });

  it.each(['show', 'replay', 'discard'])('%s names the letter that is not there', async (command) => {
    for (const id of ['in-1', 'out-99999', 'nonsense', 'in-1; drop table inbox', 'in-999999999999999999999', '']) {
      await expect(dead(command, id)).rejects.toThrow(`there is no ${JSON.stringify(id)}`);
    }
  });
});

describe('a message that nobody acknowledged', () => {
  let id: string;
  let messageId: string;
  beforeAll(async () => {
    for (let n = 0; n < 20; n += 1) {
      const [message] = await poll();
      messageId = message?.MessageId ?? '';
      clock.advance(31);
    }
    expect(messageId).not.toBe('');
    expect(await poll()).toEqual([]);
    id = idIn(await dead('list'), 'out');
  });

  it('is listed with its tenant and the reason', async () => {
    const text = await dead('list');
    expect(text.split('\n')[0]).toMatch(/^ID +TENANT +KIND +ABOUT +SINCE +WHY$/);
    expect(text).toContain('the-shop');
    expect(text).toContain('AddPaymentMethod on payment-method-commands');
    expect(text).toContain('never acknowledged');
    expect(await dead('list', '--tenant', 'the-shop')).toBe(text);
    expect(await dead('list', '--tenant', 'another')).toBe('There are no dead letters.');
  });

  it('is shown with its body', async () => {
    const shown = JSON.parse(await dead('show', id)) as { kind: string; body: { name: string } };
    expect(shown).toMatchObject({
      id,
      tenantId: 'the-shop',
      kind: 'message',
      body: { name: 'Sandbox', providerName: 'sandbox' },
    });
  });

  it('is replayed: the same message comes again, with all its deliveries', async () => {
    expect(await dead('replay', id)).toBe(`${id} is due again.`);
    expect(await dead('list')).toBe('There are no dead letters.');
    expect((await poll()).map(({ MessageId }) => MessageId)).toEqual([messageId]);
    await expect(dead('replay', id)).rejects.toThrow('there is no');
  });

  it('is discarded: off the list, never told again, the row stays', async () => {
    for (let n = 0; n < 20; n += 1) {
      clock.advance(31);
      await poll();
    }
    expect(idIn(await dead('list'), 'out')).toBe(id);
    expect(await dead('discard', id)).toBe(`${id} is off the list.`);
    expect(await dead('list')).toBe('There are no dead letters.');
    clock.advance(31);
    expect(await poll()).toEqual([]);
    const { rows } = await sql`select state from outbox where message_id = ${messageId}`.execute(app.app.db);
    expect(rows).toHaveLength(1);
    await expect(dead('discard', id)).rejects.toThrow('there is no');
  });
});

describe('an inbox row that could not be applied', () => {
  it('is listed and shown opened, without client secrets', async () => {
    const id = await buried({ id: 'evt_1', transactionId: 'sbx_none', nested: { client_secret: 'pi_1_secret_x' } });
    expect(await dead('list')).toMatch(new RegExp(`${id} +the-shop +webhook +payment sbx_none .*gave up`));
    const shown = await dead('show', id);
    expect(JSON.parse(shown)).toMatchObject({ id, kind: 'webhook', result: 'gave up', body: { id: 'evt_1' } });
    expect(shown).not.toContain('pi_1_secret_x');
    await dead('discard', id);
    expect(await dead('list')).toBe('There are no dead letters.');
    const { rows } = await sql<{
      state: string;
      result: string;
    }>`select state, result from inbox where id = ${Number(id.slice(3))}`.execute(app.app.db);
    expect(rows).toEqual([{ state: 'done', result: 'discarded: gave up' }]);
  });

  it('is replayed: the worker takes it up again', async () => {
    const id = await buried({ id: 'evt_2', transactionId: 'sbx_none', type: 'payment', status: 'authorized' });
    expect(await dead('replay', id)).toBe(`${id} is due again.`);
    for (let look = 0; look < 100; look += 1) {
      const { rows } = await sql<{
        state: string;
        attempts: number;
      }>`select state, attempts from inbox where id = ${Number(id.slice(3))}`.execute(app.app.db);
      if (rows[0]?.attempts !== 0 || rows[0].state !== 'due') return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error('nobody took it up');
  });

  it('of another app is not ours to see', async () => {
    const id = await buried({ id: 'evt_3' });
    await sql`update inbox set app_id = 'another-app' where id = ${Number(id.slice(3))}`.execute(app.app.db);
    expect(await dead('list')).not.toContain(id);
    await expect(dead('show', id)).rejects.toThrow('there is no');
    await expect(dead('replay', id)).rejects.toThrow('there is no');
    await expect(dead('discard', id)).rejects.toThrow('there is no');
  });
});
