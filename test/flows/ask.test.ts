/** How long a shop is kept waiting, and who hears of what goes wrong then. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../src/domain/errors.js';
import type { App } from '../../src/flows/app.js';
import { INTERACTIVE_BUDGET_MS, withinBudget } from '../../src/flows/ask.js';

const error = vi.fn();
const app = { log: Object.assign(vi.fn(), { warn: vi.fn(), error }) } as unknown as App;

beforeEach(() => {
  vi.useFakeTimers();
  error.mockClear();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Fails after so long. */
const failing = (ms: number, thrown: Error): Promise<never> =>
  new Promise((_, reject) => {
    setTimeout(() => reject(thrown), ms);
  });

it('hands on what is refused in time, and raises no alarm: the answer tells it', async () => {
  const refused = new AppError('payment_refused');
  const asked = withinBudget(app, failing(INTERACTIVE_BUDGET_MS - 1, refused));
  const outcome = expect(asked).rejects.toBe(refused);
  await vi.runAllTimersAsync();
  await outcome;
  expect(error).not.toHaveBeenCalled();
});

it('answers in time that the PSP is silent, and logs what fails afterwards', async () => {
  const lost = new Error('the connection was lost');
  const asked = withinBudget(app, failing(INTERACTIVE_BUDGET_MS + 1, lost));
  const outcome = expect(asked).rejects.toMatchObject({ code: 'psp_silent' });
  await vi.runAllTimersAsync();
  await outcome;
  expect(error).toHaveBeenCalledExactlyOnceWith('asking failed', { error: lost });
});
