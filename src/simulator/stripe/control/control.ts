/** What a control of `/_sim/` is, and what several of them need. */
import { missing } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';

export interface ControlRequest {
  query: Record<string, unknown>;
  body: Record<string, unknown>;
  /** The variable part of the path, empty when there is none. */
  name: string;
}
export interface Control {
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  path: string;
  run(sim: Simulation, request: ControlRequest): object | Promise<object>;
}

/** Removes the rows with this id, or all of them when it is empty. */
export function clear(sim: Simulation, collection: 'faults' | 'webhook_rules', id: string): object {
  const rows = sim.store.read.all(collection, OWN).filter((row) => id === '' || row.id === id);
  if (id !== '' && rows.length === 0) throw missing(collection, id);
  const tx = sim.store.begin();
  for (const row of rows) tx.remove(collection, OWN, row.id);
  tx.commit();
  return { removed: rows.length };
}
