/** Asks how the payment stands, again and again but ever more slowly. */
import { call, CallError, type Told } from './calls.js';

const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 10_000;
const WATCH_MS = 60_000;

/**
 * The first answer that `isEnough`, asked at once, then after 2 to 10 seconds for a minute. Undefined when the minute
 * is over. Throws a CallError when asking makes no sense any more.
 */
export async function watch(isEnough: (told: Told) => boolean): Promise<Told | undefined> {
  let wait = FIRST_WAIT_MS;
  for (let waited = 0; waited < WATCH_MS; waited += wait, wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    const told = await call('status').catch((error: unknown) => {
      if (error instanceof CallError && error.reason === 'unreachable') return undefined;
      throw error;
    });
    if (told !== undefined && isEnough(told)) return told;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
  return undefined;
}
