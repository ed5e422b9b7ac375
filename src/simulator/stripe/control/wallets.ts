/** Which wallets the buyer's browser has: a test takes them away and gives them back. */
import { invalidParameter } from '../core/errors.js';
import type { Simulation } from '../core/simulation.js';
import { OWN } from '../core/store.js';
import { MISSING_WALLETS, missingWallets } from '../resources/elements-sessions.js';
import { WALLETS } from '../resources/wallets.js';
import type { Control, ControlRequest } from './control.js';

/** Every wallet, and whether the browser has it. */
function wallets(sim: Simulation): object {
  const missing = missingWallets(sim.store.read);
  return Object.fromEntries(WALLETS.map((wallet) => [wallet, !missing.includes(wallet)]));
}

function setWallet(sim: Simulation, { body }: ControlRequest): object {
  const wallet = WALLETS.find((known) => known === body.wallet);
  if (!wallet) throw invalidParameter('wallet', `wallet is one of ${WALLETS.join(', ')}`);
  if (typeof body.available !== 'boolean') throw invalidParameter('available', 'available is true or false');
  const others = missingWallets(sim.store.read).filter((name) => name !== wallet);
  const tx = sim.store.begin();
  tx.put('settings', OWN, { id: MISSING_WALLETS, value: body.available ? others : [...others, wallet] });
  tx.commit();
  return wallets(sim);
}

export const walletControls: readonly Control[] = [
  { method: 'GET', path: '/_sim/wallets', run: wallets },
  { method: 'POST', path: '/_sim/wallets', run: setWallet },
];
