/** The running simulation: state, clock, deliveries and delayed outcomes together. */
import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import { createPump } from '../webhooks/pump.js';
import type { Pump } from '../webhooks/pump.js';
import { dueJobs } from './jobs.js';
import type { Job, JobKind, JobRule } from './jobs.js';
import type { Call } from './call.js';
import { noLog, openLog } from './log-file.js';
import type { LogFile } from './log-file.js';
import { keyLifetimeMs } from './idempotency.js';
import type { Change, OpenTx, Store } from './store.js';
import { OWN, createStore } from './store.js';
import { simulatorNow } from './time.js';

export type Log = (event: string, fields?: Record<string, unknown>) => void;

export interface Simulation {
  store: Store;
  clock: Clock;
  log: Log;
  pump: Pump;
  /** Own address without a slash at the end; set once the server listens. */
  origin: string;
  /** Idempotency keys being worked on, as `account key`. */
  inFlight: Set<string>;
  /** Milliseconds since 1970, simulator's clock. */
  now(): number;
  /** A call in this batch for this account; by itself unless `from` names the request. */
  call(tx: OpenTx, account: string, from?: Partial<Call>): Call;
  /** Does what is due: delayed outcomes, then deliveries. Safe to repeat. */
  wake(): void;
  /** Forgets everything but the id counter, so that ids never repeat. */
  reset(): void;
  close(): Promise<void>;
}

/** The log is rewritten as one line per row when it has grown by this much since the last time. */
const REWRITE_BYTES = 256 * 1024 * 1024;

interface Parts {
  clock: Clock;
  log: Log;
  jobs: Record<JobKind, JobRule>;
  dataDir?: string;
  seed?: number;
}

/** Opens the state in `dataDir` (or in memory) and starts what was left to happen. */
export function createSimulation(parts: Parts): Simulation {
  const { clock, log } = parts;
  const state = openState(parts);
  const { store } = state;
  plantSeed(store, parts.seed);
  const pump = createPump(store, clock, log);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const sim: Simulation = {
    store,
    clock,
    log,
    pump,
    origin: '',
    inFlight: new Set(),
    now: () => simulatorNow(store, clock),
    call: (tx, account, from = {}) => {
      const nowMs = simulatorNow(store, clock);
      const call: Call = {
        tx,
        account,
        platform: account,
        nowMs,
        now: Math.floor(nowMs / 1000),
        requestId: null,
        idempotencyKey: null,
        browser: false,
        origin: sim.origin,
      };
      return { ...call, ...from };
    },
    wake: () => {
      clearTimeout(timer);
      if (closed) return;
      if (sim.now() >= state.nextJobAt) {
        runDue(sim, parts.jobs);
        state.nextJobAt = store.read.all('jobs', OWN).reduce((least, job) => Math.min(least, job.at), Infinity);
      }
      pump.kick();
      if (!Number.isFinite(state.nextJobAt)) return;
      timer = setTimeout(sim.wake, Math.min(Math.max(state.nextJobAt - sim.now(), 1), 60_000)).unref();
    },
    reset: () => {
      const counters = store.dump().filter(([collection]) => collection === 'counters');
      store.load(counters);
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await pump.close();
      state.file.close();
    },
  };
  return sim;
}

interface State {
  store: Store;
  file: LogFile;
  /** When the next job is due at the earliest: saves looking through all of them after every request. */
  nextJobAt: number;
}

function openState({ dataDir, clock }: Parts): State {
  const store = createStore({
    append: (changes) => {
      state.file.append(changes);
      state.nextJobAt = Math.min(state.nextJobAt, earliest(changes));
      if (state.file.grown() > REWRITE_BYTES) setImmediate(shrink);
    },
    rewrite: (rows) => {
      state.nextJobAt = -Infinity;
      state.file.rewrite(rows);
    },
  });
  const state: State = { store, file: noLog, nextJobAt: -Infinity };
  const shrink = (): void => {
    if (state.file.grown() > REWRITE_BYTES) state.file.rewrite(store.dump());
  };
  if (dataDir !== undefined) {
    state.file = openLog(dataDir, (changes) => store.restore(changes));
    state.file.rewrite(withoutOldKeys(store.dump(), simulatorNow(store, clock)));
  }
  return state;
}

const earliest = (changes: Change[]): number =>
  changes.reduce(
    (least, [collection, , , value]) =>
      collection === 'jobs' && value !== null ? Math.min(least, (value as Job).at) : least,
    Infinity,
  );

function plantSeed(store: Store, seed: number | undefined): void {
  if (store.read.get('counters', OWN, 'ids')) return;
  const tx = store.begin();
  tx.put('counters', OWN, {
    id: 'ids',
    value: 0,
    seed: seed === undefined ? randomBytes(12).toString('hex') : String(seed),
  });
  tx.commit();
}

function withoutOldKeys(rows: Change[], now: number): Change[] {
  return rows.filter(
    ([collection, , , value]) =>
      (collection !== 'answers' && collection !== 'answers_v2') ||
      now - (value as { at: number }).at <= keyLifetimeMs(collection),
  );
}

function runDue(sim: Simulation, rules: Record<JobKind, JobRule>): void {
  for (const job of dueJobs(sim.store.read, sim.now())) {
    const tx = sim.store.begin();
    try {
      rules[job.kind](sim.call(tx, job.account), job.subject);
      tx.remove('jobs', OWN, job.id);
      tx.commit();
    } catch (error) {
      sim.log('simulator.job_error', { job: job.id, error: String(error) });
      const again = sim.store.begin();
      again.remove('jobs', OWN, job.id);
      again.commit();
    }
  }
}
