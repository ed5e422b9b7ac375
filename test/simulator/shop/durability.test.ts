/** The demo shop after an abrupt end: nothing it answered or acknowledged is lost. */
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openJournal } from '../../../src/simulator/shop/journal.js';
import { withoutSecrets, type ShopRecord } from '../../../src/simulator/shop/record.js';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setStage, until } from './shop-stage.js';

const record = (messageId: string): ShopRecord => ({
  kind: 'message_redelivered',
  at: '2026-01-01T00:00:00.000Z',
  messageId,
});

describe('openJournal', () => {
  it('gives back in order what was appended, also from many at once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    const journal = await openJournal(folder);
    const ids = Array.from({ length: 50 }, (_, index) => `m-${index}`);
    await Promise.all(ids.map((id) => journal.append(record(id))));
    // Not closed: whatever was resolved must be on disk already.
    const next = await openJournal(folder);
    expect(next.earlier.map((entry) => 'messageId' in entry && entry.messageId)).toEqual(ids);
    await Promise.all([journal.close(), next.close()]);
  });

  it('cuts off a last line without an end and goes on behind it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'journal-'));
    const journal = await openJournal(folder);
    await journal.append(record('m-1'));
    await journal.close();
    await appendFile(join(folder, 'shop.jsonl'), '{"kind":"message_redel');
    const next = await openJournal(folder);
    await next.append(record('m-2'));
    await next.close();
    const last = await openJournal(folder);
    expect(last.earlier).toEqual([record('m-1'), record('m-2')]);
    await last.close();
  });

  it('rejects everything after a failed write', async () => {
    const journal = await openJournal(await mkdtemp(join(tmpdir(), 'journal-')));
    await journal.close();
    await expect(journal.append(record('m-1'))).rejects.toThrow();
    await expect(journal.append(record('m-2'))).rejects.toThrow();
  });
});

describe('startShop after an abrupt end', () => {
  it('knows its orders, states and methods, sends what was not sent and does not apply messages twice', async () => {
    const first = await setStage();
    const paid = await first.order();
    const id = await first.tell(paid, 'PaymentAuthorized');
    const again = structuredClone(first.app.queues.get('payment-events')!.find(({ MessageId }) => MessageId === id)!);
    await first.untilStatus(paid, 'authorized');
    first.app.answerWith('/channels/payment-commands', 503, []);
    const { body: command } = await first.post(`/api/orders/${paid}/capture`);
    // The journal as it lies on disk now is what a killed shop leaves behind.
    const left = await readFile(join(first.dataDir, 'shop-demo-shop', 'shop.jsonl'));
    await first.shop.close();
    const folder = await mkdtemp(join(tmpdir(), 'shop-'));
    await (await openJournal(join(folder, 'shop-demo-shop'))).close();
    await appendFile(join(folder, 'shop-demo-shop', 'shop.jsonl'), left);
    first.app.answerAsUsual();

    const second = await setStage({ app: first.app, dataDir: folder });
    expect((await second.get(`/api/orders/${paid}`)).body).toMatchObject({ status: 'authorized', grandTotal: 4090 });
    first.app.queues.get('payment-events')!.push(again);
    await until(() => first.app.acknowledged.filter((known) => known === id).length >= 2);
    const order = (await second.get(`/api/orders/${paid}`)).body;
    expect(order.status).toBe('authorized');
    await until(async () => (await second.get(`/api/orders/${paid}`)).body.commands[0].answerStatus === 200);
    expect(first.app.commands().at(-1)!.headers['transaction-id']).toBe(command.id);
    expect(await second.order()).toBe('DEMO--1002');
    await second.close();
  });

  it('stays disconnected when that was the last word', async () => {
    const first = await setStage();
    await first.form('/connection/disconnect', { replies: 'true' });
    await until(async () => (await first.get('/api/connection')).body.status === 'DISCONNECTED');
    await first.shop.close();
    const before = first.app.calls.filter(({ path }) => path === '/private/configure').length;
    const { startShop } = await import('../../../src/simulator/shop/index.js');
    const { systemClock } = await import('../../../src/clock.js');
    const options = { host: '127.0.0.1', port: 0, appUrl: first.app.url, clock: systemClock, dataDir: first.dataDir };
    const shop = await startShop({ ...options, pollIntervalMs: 10 });
    const polls = () => first.app.calls.filter(({ method }) => method === 'GET').length;
    const present = polls();
    await until(() => polls() > present + 4);
    expect(first.app.calls.filter(({ path }) => path === '/private/configure')).toHaveLength(before);
    await shop.close();
    await first.app.close();
  });
});

describe('withoutSecrets', () => {
  it('masks secrets by name and tokens in addresses, at every depth', () => {
    const masked = withoutSecrets({
      secretKey: 'sk_1',
      answer: [{ clientSecret: 'cs', redirectUrl: 'http://a/p?transactionId=pi&token=abc&x=1' }],
      amount: 5,
    });
    expect(masked).toEqual({
      secretKey: '…',
      answer: [{ clientSecret: '…', redirectUrl: 'http://a/p?transactionId=pi&token=…&x=1' }],
      amount: 5,
    });
  });
});
