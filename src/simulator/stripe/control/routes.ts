/** The control plane `/_sim/`: how a test or a person at the desk looks into the simulator and disturbs it. */
import { ApiError, invalidParameter } from '../core/errors.js';
import { EFFECTS } from '../core/faults.js';
import type { Effect, FaultRule } from '../core/faults.js';
import { newId } from '../core/call.js';
import type { Simulation } from '../core/simulation.js';
import type { Change, Collection, Collections } from '../core/store.js';
import { OWN } from '../core/store.js';
import { advanceClock, freezeClock, isFrozen } from '../core/time.js';
import { API_VERSION } from '../webhooks/emit.js';
import { accountControls } from './accounts.js';
import { ACTION_NAMES, act } from './actions.js';
import type { ActionParams } from './action.js';
import { clear } from './control.js';
import type { Control, ControlRequest } from './control.js';
import { paymentControls } from './payments.js';
import { settingControls } from './settings.js';
import { walletControls } from './wallets.js';
import { webhookControls } from './webhooks.js';

const clockNow = (sim: Simulation): object => ({
  now: sim.now(),
  iso: new Date(sim.now()).toISOString(),
  frozen: isFrozen(sim.store),
});

function setClock(sim: Simulation, { body }: ControlRequest): object {
  if (typeof body.freeze === 'boolean') freezeClock(sim.store, sim.clock, body.freeze);
  if (body.advanceSeconds !== undefined) {
    const seconds = Number(body.advanceSeconds);
    if (!Number.isFinite(seconds) || seconds < 0)
      throw invalidParameter('advanceSeconds', 'advanceSeconds is a number of 0 or more');
    advanceClock(sim.store, seconds);
  }
  sim.wake();
  return clockNow(sim);
}

function health(sim: Simulation): object {
  const { store } = sim;
  const count = (collection: Collection): number =>
    store.accounts(collection).reduce((sum, account) => sum + store.count(collection, account), 0);
  return {
    status: 'ok',
    simulation: true,
    apiVersion: API_VERSION,
    clock: clockNow(sim),
    counts: {
      payment_intents: count('payment_intents'),
      charges: count('charges'),
      refunds: count('refunds'),
      transfers: count('transfers'),
      events: count('events'),
      deliveriesWaiting: count('deliveries'),
      requests: count('requests'),
      unsupported: count('unsupported'),
    },
  };
}

function addFault(sim: Simulation, { body }: ControlRequest): object {
  const match = (body.match ?? {}) as FaultRule['match'];
  if (!EFFECTS.includes(body.effect as Effect))
    throw invalidParameter('effect', `effect is one of ${EFFECTS.join(', ')}`);
  const times = body.times === undefined ? 1 : Number(body.times);
  if (!Number.isInteger(times) || times < 1) throw invalidParameter('times', 'times is a whole number of 1 or more');
  const tx = sim.store.begin();
  const rule: FaultRule = {
    id: newId(tx, 'fault', 8),
    match,
    effect: body.effect as Effect,
    times,
    delayMs: Number(body.delayMs ?? 3000),
    seen: 0,
  };
  tx.put('faults', OWN, rule);
  tx.commit();
  return rule;
}

const all = <C extends Collection>(sim: Simulation, collection: C): { data: Collections[C][] } => ({
  data: sim.store.read.all(collection, OWN),
});

function requests(sim: Simulation, { query }: ControlRequest): object {
  const wanted = Object.entries(query).filter(([name]) => name !== 'limit');
  const rows = all(sim, 'requests').data.filter((row) =>
    wanted.every(([name, value]) => String((row as unknown as Record<string, unknown>)[name]) === value),
  );
  return { data: query.limit === undefined ? rows : rows.slice(-Number(query.limit)) };
}

function loadSnapshot(sim: Simulation, { body }: ControlRequest): object {
  if (!Array.isArray(body.rows))
    throw new ApiError(400, { type: 'invalid_request_error', message: 'rows is a list of changes' });
  sim.store.load(body.rows as Change[]);
  sim.wake();
  return { rows: body.rows.length };
}

export const CONTROLS: readonly Control[] = [
  { method: 'GET', path: '/_sim/health', run: health },
  { method: 'GET', path: '/_sim/clock', run: clockNow },
  { method: 'POST', path: '/_sim/clock', run: setClock },
  { method: 'POST', path: '/_sim/reset', run: (sim) => (sim.reset(), { status: 'ok' }) },
  { method: 'GET', path: '/_sim/snapshot', run: (sim) => ({ rows: sim.store.dump() }) },
  { method: 'PUT', path: '/_sim/snapshot', run: loadSnapshot },
  { method: 'GET', path: '/_sim/faults', run: (sim) => all(sim, 'faults') },
  { method: 'POST', path: '/_sim/faults', run: addFault },
  { method: 'DELETE', path: '/_sim/faults', run: (sim) => clear(sim, 'faults', '') },
  { method: 'DELETE', path: '/_sim/faults/:name', run: (sim, { name }) => clear(sim, 'faults', name) },
  { method: 'GET', path: '/_sim/requests', run: requests },
  { method: 'GET', path: '/_sim/unsupported', run: (sim) => all(sim, 'unsupported') },
  { method: 'GET', path: '/_sim/warnings', run: (sim) => all(sim, 'warnings') },
  { method: 'GET', path: '/_sim/actions', run: () => ({ data: ACTION_NAMES }) },
  { method: 'POST', path: '/_sim/actions/:name', run: (sim, { name, body }) => act(sim, name, body as ActionParams) },
  ...accountControls,
  ...paymentControls,
  ...settingControls,
  ...walletControls,
  ...webhookControls,
];

/** The control for a request, or undefined. */
export function findControl(method: string, path: string): { control: Control; name: string } | undefined {
  for (const control of CONTROLS) {
    if (control.method !== method) continue;
    if (control.path === path) return { control, name: '' };
    const prefix = control.path.endsWith('/:name') ? control.path.slice(0, -':name'.length) : undefined;
    const name = prefix !== undefined && path.startsWith(prefix) ? path.slice(prefix.length) : '';
    if (name !== '' && !name.includes('/')) return { control, name };
  }
  return undefined;
}
