/** The machine's clock: the only file that reads the time. Tests and the simulator pass their own. */
import type { Clock } from './domain/clock.js';

export const systemClock: Clock = { now: () => Date.now() };
