/** A worker's loop: it rests, wakes, survives a failing round and stops cleanly. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startWorker, type Worker } from '../../src/workers/loop.js';

let worker: Worker | undefined;
afterEach(async () => {
  await worker?.stop();
});
const PATIENCE = { timeout: 15_000 };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('startWorker', () => {
  it('goes on at once while there is something to do, and rests when there is nothing', async () => {
    const counts = [2, 1, 0];
    let rounds = 0;
    worker = startWorker({
      restMs: 60_000,
      round: () => Promise.resolve(counts[rounds++] ?? 0),
      onError: () => undefined,
    });
    await vi.waitFor(() => expect(rounds).toBe(3), PATIENCE);
    worker.wake();
    await vi.waitFor(() => expect(rounds).toBe(4), PATIENCE);
    await pause(20);
    expect(rounds).toBe(4);
  });
  it('looks at once when the clock was moved past its rest, and not before', async () => {
    let rounds = 0;
    worker = startWorker({ restMs: 60_000, round: () => Promise.resolve((rounds++, 0)), onError: () => undefined });
    await pause(20);
    worker.passed(59_999);
    await pause(20);
    expect(rounds).toBe(1);
    worker.passed(60_000);
    await pause(20);
    expect(rounds).toBe(2);
  });
  it('looks again when it is woken during a round', async () => {
    let rounds = 0;
    worker = startWorker({
      restMs: 60_000,
      round: async () => {
        rounds += 1;
        if (rounds === 1) worker?.wake();
        await pause(1);
        if (rounds === 1) worker?.wake();
        return 0;
      },
      onError: () => undefined,
    });
    await vi.waitFor(() => expect(rounds).toBe(2), PATIENCE);
    await pause(20);
    expect(rounds).toBe(2);
  });
  it('reports a failing round and tries again after a longer rest', async () => {
    const onError = vi.fn();
    let rounds = 0;
    const times: number[] = [];
    const round = () => {
      times.push(performance.now());
      return rounds++ < 2 ? Promise.reject(new Error('away')) : Promise.resolve(0);
    };
    worker = startWorker({ restMs: 10, round, onError });
    await vi.waitFor(() => expect(rounds).toBeGreaterThan(2), PATIENCE);
    expect(onError).toHaveBeenCalledTimes(2);
    // A timer may be a little early, never by half.
    expect(times[1]! - times[0]!).toBeGreaterThan(15);
    expect(times[2]! - times[1]!).toBeGreaterThan(30);
  });
  it('ends after the round that is under way', async () => {
    let isDone = false;
    const slow = startWorker({
      restMs: 60_000,
      round: async () => {
        await pause(40);
        isDone = true;
        return 1;
      },
      onError: () => undefined,
    });
    await slow.stop();
    expect(isDone).toBe(true);
  });
});
