/** Tells its share of the stories in a process of its own, so that every core of the machine has something to tell. */
import { tell, type Failure, type Telling, type Told } from './tell.js';

export type TellerOrder = Omit<Telling, 'onFailure'>;
export type TellerSays = { what: 'failed'; failure: Failure } | { what: 'told'; told: Told };

const say = (said: TellerSays): Promise<void> => new Promise((resolve) => process.send?.(said, () => resolve()));

const order = JSON.parse(process.argv[2] ?? '') as TellerOrder;
const told = await tell({ ...order, onFailure: (failure) => void say({ what: 'failed', failure }) });
await say({ what: 'told', told });
process.exit(0);
