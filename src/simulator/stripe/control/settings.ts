/** Settings of the simulation: a test or a person at the desk decides, for every account or for one. */
import { invalidParameter } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import { SETTING_NAMES, keepSetting, settingOf } from '../resources/settings.js';
import type { Control, ControlRequest } from './control.js';

const accountIn = (given: unknown): string => (typeof given === 'string' ? given : OWN);

function settings(sim: Simulation, account: string): object {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, settingOf(sim.store.read, account, name)]));
}

function change(sim: Simulation, { body }: ControlRequest): object {
  const { account, ...given } = body;
  const tx = sim.store.begin();
  for (const [key, value] of Object.entries(given)) {
    const name = SETTING_NAMES.find((known) => known === key);
    if (!name) throw invalidParameter(key, `settings are ${SETTING_NAMES.join(', ')}`);
    keepSetting(tx, accountIn(account), name, value);
  }
  tx.commit();
  return settings(sim, accountIn(account));
}

export const settingControls: readonly Control[] = [
  { method: 'GET', path: '/_sim/settings', run: (sim, { query }) => settings(sim, accountIn(query.account)) },
  { method: 'POST', path: '/_sim/settings', run: change },
];
