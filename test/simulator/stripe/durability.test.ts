/** State survives kill -9: objects, keys, faults, clock, journal, and deliveries that were still to be sent. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { controlPlane } from '../../../src/simulator/stripe/index.js';
import { listen, sdkAt, startBench, startReceiver, throwProblems } from './support/bench.js';

let folder: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulator-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
  throwProblems();
});

const CHILD = fileURLToPath(new URL('./support/child.mjs', import.meta.url));

async function startChild(port = 0): Promise<string> {
  const started = spawn(process.execPath, [CHILD, folder, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  child = started;
  const { stdout } = started;
  for await (const line of stdout as AsyncIterable<Buffer>) return line.toString('utf8').trim();
  throw new Error('the simulator did not start');
}

async function kill(): Promise<void> {
  const running = child;
  const gone = new Promise((resolve) => running?.once('exit', resolve));
  running?.kill('SIGKILL');
  await gone;
}

describe('a simulator with a folder', () => {
  it('knows everything again after kill -9', async () => {
    const url = await startChild();
    const port = Number(new URL(url).port);
    const stripe = sdkAt(port, 'sk_test_kill');
    const control = controlPlane(url);
    const made = await stripe.paymentIntents.create(
      {
        amount: 1000,
        currency: 'eur',
        capture_method: 'manual',
        confirm: true,
        payment_method: 'pm_card_visa',
        return_url: 'https://a.example/',
      },
      { idempotencyKey: 'create' },
    );
    const captured = await stripe.paymentIntents.capture(made.id, {}, { idempotencyKey: 'capture' });
    const pending = await stripe.paymentIntents.create({
      amount: 700,
      currency: 'eur',
      confirm: true,
      payment_method: 'pm_card_pendingRefund',
      return_url: 'https://a.example/',
    });
    await control.freeze();
    const refund = await stripe.refunds.create({ payment_intent: pending.id });
    await control.addFault({ match: { path: '/v1/balance' }, effect: 'error_500', times: 3 });
    const merchant = await stripe.accounts.create({
      type: 'express',
      capabilities: { transfers: { requested: true } },
    });
    await control.action('account', { account: merchant.id, outcome: 'pending' });
    await kill();

    expect(await startChild(port)).toBe(url);
    expect((await stripe.accounts.retrieve(merchant.id)).capabilities?.transfers).toBe('pending');
    expect(await stripe.paymentIntents.retrieve(made.id)).toMatchObject({ status: 'succeeded', amount_received: 1000 });
    const again = await stripe.paymentIntents.capture(made.id, {}, { idempotencyKey: 'capture' });
    expect(again.lastResponse.headers['idempotent-replayed']).toBe('true');
    expect(again.id).toBe(captured.id);
    expect((await control.faults())[0]).toMatchObject({ effect: 'error_500', times: 3 });
    expect((await control.clock()).frozen).toBe(true);
    expect(
      (await control.requests({ path: `/v1/payment_intents/${made.id}/capture` })).map((entry) => entry.executed),
    ).toEqual([true, false]);
    await control.advance(2);
    expect((await stripe.refunds.retrieve(refund.id)).status).toBe('succeeded');
    expect((await stripe.accounts.retrieve(merchant.id)).capabilities?.transfers).toBe('active');
    const ids = [made.id, pending.id, (await stripe.paymentIntents.create({ amount: 100, currency: 'eur' })).id];
    expect(new Set(ids).size).toBe(3);
  });

  it('goes on sending what was not accepted before kill -9', async () => {
    const receiver = await startReceiver();
    const url = await startChild();
    const port = Number(new URL(url).port);
    const stripe = sdkAt(port, 'sk_test_kill');
    await listen(stripe, receiver);
    await controlPlane(url).pause();
    await stripe.paymentIntents.create({ amount: 1000, currency: 'eur' });
    await kill();
    await startChild(port);
    await controlPlane(url).resume();
    await receiver.until(1);
    expect(receiver.received[0]?.event?.type).toBe('payment_intent.created');
    await receiver.close();
  });

  it('loses no answered request when killed in the middle of many', async () => {
    const url = await startChild();
    const port = Number(new URL(url).port);
    const stripe = sdkAt(port, 'sk_test_kill');
    const answered: string[] = [];
    const one = async (number: number): Promise<void> => {
      const intent = await stripe.paymentIntents.create(
        { amount: 1000 + number, currency: 'eur' },
        { idempotencyKey: `k${number}` },
      );
      answered.push(intent.id);
    };
    const all = Promise.allSettled(Array.from({ length: 200 }, (_, number) => one(number)));
    while (answered.length < 40) await new Promise((resolve) => setImmediate(resolve));
    await kill();
    await all;
    const before = [...answered];
    await startChild(port);
    await Promise.all(Array.from({ length: 200 }, (_, number) => one(number)));
    const stored = await stripe.paymentIntents.list({ limit: 100 }).autoPagingToArray({ limit: 1000 });
    expect(stored).toHaveLength(200);
    expect(stored.map((intent) => intent.id)).toEqual(expect.arrayContaining(before));
    expect(new Set(stored.map((intent) => intent.amount)).size).toBe(200);
  });

  it('drops the line a crash cut off, and starts anew after a reset', async () => {
    const first = await startBench({ dataDir: folder });
    const intent = await first.sdk().paymentIntents.create({ amount: 500, currency: 'eur' });
    await first.close();
    appendFileSync(join(folder, 'state.jsonl'), '[["payment_intents","acct_x","pi_cut",{"id":"pi_c');
    const second = await startBench({ dataDir: folder });
    expect((await second.sdk().paymentIntents.retrieve(intent.id)).id).toBe(intent.id);
    await second.control.reset();
    await second.close();
    const third = await startBench({ dataDir: folder });
    expect((await third.sdk().paymentIntents.list()).data).toEqual([]);
    expect((await third.sdk().paymentIntents.create({ amount: 500, currency: 'eur' })).id).not.toBe(intent.id);
    await third.close();
    expect(readFileSync(join(folder, 'state.jsonl'), 'utf8')).not.toContain('sk_test_');
  });

  it('can be taken away and put back as a snapshot', async () => {
    const bench = await startBench();
    const intent = await bench.sdk().paymentIntents.create({ amount: 500, currency: 'eur' });
    const snapshot = await (await fetch(`${bench.simulator.url}/_sim/snapshot`)).text();
    await bench.control.reset();
    await expect(bench.sdk().paymentIntents.retrieve(intent.id)).rejects.toMatchObject({ statusCode: 404 });
    await fetch(`${bench.simulator.url}/_sim/snapshot`, {
      method: 'PUT',
      body: snapshot,
      headers: { 'content-type': 'application/json' },
    });
    expect((await bench.sdk().paymentIntents.retrieve(intent.id)).id).toBe(intent.id);
    await bench.close();
  });

  it('gives the same ids for the same seed', async () => {
    const idOf = async (seed?: number): Promise<string> => {
      const bench = await startBench(seed === undefined ? {} : { seed });
      const { id } = await bench.sdk().paymentIntents.create({ amount: 500, currency: 'eur' });
      await bench.close();
      return id;
    };
    expect(await idOf(7)).toBe(await idOf(7));
    expect(await idOf(7)).not.toBe(await idOf(8));
    expect(await idOf()).not.toBe(await idOf());
  });
});
