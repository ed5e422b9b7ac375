/** The offline Stripe simulator: Stripe's own API on a port of this machine, with durable state when given a folder. */
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../domain/clock.js';
import { controlPlaneBy, type AskControl, type ControlPlane } from './control.js';
import { findControl } from './control/routes.js';
import { createSimulation, type Simulation } from './core/simulation.js';
import type { JobKind, JobRule } from './core/jobs.js';
import { letFallDue, verifyAccount } from './resources/account-changes.js';
import { expireAuthorization } from './resources/captures.js';
import { settleDebit } from './resources/debits.js';
import { openScriptedDispute } from './resources/disputes.js';
import { bounceRefund, expireUnanswered, settleRefund } from './resources/refund-ends.js';
import { createHttpServer } from './server/server.js';

export { controlPlane } from './control.js';
export type { AccountView, ActionName, ControlActions, ControlPlane } from './control.js';

export interface Simulator {
  /** Without a slash at the end, e.g. `http://127.0.0.1:12111`. */
  url: string;
  port: number;
  /** The simulator's time, for whoever has to live at the same time: moved and frozen with its clock. */
  clock: Clock;
  /** The control plane without HTTP, for whoever runs in the same process. */
  control: ControlPlane;
  /** Stops answering and sending; state stays in its folder. Safe to repeat. */
  close(): Promise<void>;
}

/** Delayed outcomes by kind. */
const JOBS: Record<JobKind, JobRule> = {
  account_falls_due: letFallDue,
  account_verified: verifyAccount,
  authorization_expires: expireAuthorization,
  debit_settles: settleDebit,
  dispute_opens: openScriptedDispute,
  refund_expires: expireUnanswered,
  refund_fails: bounceRefund,
  refund_succeeds: settleRefund,
};

/**
 * Starts a simulator. Port 0 means any free port. With `dataDir` everything survives a kill -9 and open deliveries go
 * on after the next start; without it state lives in memory. `seed` makes ids repeatable. Rejects when the port is taken.
 */
export async function startSimulator(options: {
  host: string;
  port: number;
  clock: Clock;
  dataDir?: string;
  seed?: number;
  log?: (event: string, fields?: Record<string, unknown>) => void;
}): Promise<Simulator> {
  const { host, port, clock, dataDir, seed, log = () => {} } = options;
  const sim = createSimulation({
    clock,
    log,
    jobs: JOBS,
    ...(dataDir === undefined ? {} : { dataDir }),
    ...(seed === undefined ? {} : { seed }),
  });
  const server = createHttpServer(sim);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve());
  });
  const address = server.address() as AddressInfo;
  const shownHost = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  sim.origin = `http://${shownHost}:${address.port}`;
  sim.wake();
  log('simulator.started', { url: sim.origin, durable: dataDir !== undefined });
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
    await sim.close();
  };
  return {
    url: sim.origin,
    port: address.port,
    clock: { now: sim.now },
    control: controlPlaneBy(askDirectly(sim)),
    close: () => (closing ??= close()),
  };
}

/** What goes in and comes out are copies, as they are over HTTP. */
function askDirectly(sim: Simulation): AskControl {
  return async <T>(method: string, path: string, body: object = {}): Promise<T> => {
    const { pathname, searchParams } = new URL(`/_sim${path}`, sim.origin);
    const found = findControl(method, pathname);
    if (found === undefined) throw new Error(`${method} ${pathname}: there is no such control`);
    const query = Object.fromEntries(searchParams);
    const copy = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
    const answer = await found.control.run(sim, { query, body: copy, name: found.name });
    return JSON.parse(JSON.stringify(answer)) as T;
  };
}
