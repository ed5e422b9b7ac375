/** A simulator in a program of its own, to be killed: `node child.mjs <folder> <port>`. Prints its URL. */
import { register } from 'tsx/esm/api';

register();
const { startSimulator } = await import('../../../../src/simulator/stripe/index.ts');
const { systemClock } = await import('../../../../src/clock.ts');
const [dataDir, port] = process.argv.slice(2);
const simulator = await startSimulator({ host: '127.0.0.1', port: Number(port), clock: systemClock, dataDir });
console.log(simulator.url);
