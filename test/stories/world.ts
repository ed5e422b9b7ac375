/**
 * Where stories take place, one after the other: a Stripe simulator, a clock that can be moved, and an address of the
 * app that stays while runs of the app come and go.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../src/clock.js';
import type { Clock } from '../../src/domain/clock.js';
import { startSimulator, type ControlPlane } from '../../src/simulator/stripe/index.js';
import type { Program } from './program.js';

export interface World {
  clock: Clock;
  control: ControlPlane;
  stripeUrl: string;
  appUrl: string;
  /** The run of the app that answers at `appUrl`; undefined: nobody does. */
  program: Program | undefined;
  /** Whether the app fetches what the PSP told when an hour passes, and does not depend on looks alone. */
  fetches: boolean;
  /** Moves the time of everybody; what is due at the PSP happens, and the app looks at what is due with it. */
  advance(seconds: number): Promise<void>;
  close(): Promise<void>;
}

/** How long the worker rests that fetches missed events. */
const FETCH_REST_MS = 3_600_000;

/** Opens a world. Nothing of it touches a database. */
export async function openWorld(): Promise<World> {
  let offset = 0;
  const clock: Clock = { now: () => systemClock.now() + offset };
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock });
  const { control } = simulator;
  const door = createServer((request, response) => {
    const route = world.program?.route;
    if (route === undefined) request.socket.destroy();
    else route(request, response);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const world: World = {
    clock,
    control,
    stripeUrl: simulator.url,
    appUrl: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    program: undefined,
    fetches: false,
    advance: async (seconds) => {
      offset += seconds * 1000;
      // Wakes the simulator, whose timers wait in real time.
      await control.advance(0);
      world.program?.passed(Math.min(seconds * 1000, world.fetches ? Infinity : FETCH_REST_MS - 1));
    },
    close: async () => {
      await closed(door);
      await simulator.close();
    },
  };
  return world;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
