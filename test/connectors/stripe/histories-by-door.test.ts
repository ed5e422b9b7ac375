/** The lives of payments with the whole app: whatever reaches the door late, turned round or twice, they end the same. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controlPlane, startSimulator, type Simulator } from '../../../src/simulator/stripe/index.js';
import { testApp } from '../../support/app.js';
import { movableClock } from '../../flows/heart.js';
import { playByDoor, type Place } from './histories/door.js';
import { HISTORIES } from './histories/lives.js';

const SEED = Number(process.env['HISTORY_SEED'] ?? 20_261_120);
const RUNS = Number(process.env['HISTORY_DOOR_RUNS'] ?? 1);

let place: Place;
let simulator: Simulator;
beforeAll(async () => {
  const clock = movableClock();
  simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock });
  const app = await testApp({ clock, env: { STRIPE_API_URL: simulator.url } });
  place = { app, clock, control: controlPlane(simulator.url), simulatorPort: simulator.port };
});
afterAll(async () => {
  await place.app.close();
  await simulator.close();
});

describe('by the door', () => {
  it.each(HISTORIES)(`$name ends the same (seed ${SEED})`, { timeout: 120_000 }, async (history) => {
    const numbers = fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: 2_000, seed: SEED });
    const dice = (): number => numbers.pop() ?? 0.5;
    for (let run = 0; run < RUNS; run += 1) {
      const { file, told } = await playByDoor(place, history, dice);
      const { status, captured, refunded } = file.payment;
      expect({ status, captured, refunded, told: told.sort() }).toEqual({
        captured: 0,
        refunded: 0,
        ...history.ends,
        told: [...history.ends.told].sort(),
      });
    }
  });
});
