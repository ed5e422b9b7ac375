/** Fails when a package that we ship is under a licence we have not agreed to, or tells none. Reads the lock file only. */
import { readFile } from 'node:fs/promises';

const AGREED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  '0BSD',
  'PostgreSQL',
]);

const { packages } = JSON.parse(await readFile('package-lock.json', 'utf8'));
const shipped = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
const others = shipped.filter(([, { license }]) => !AGREED.has(license));
for (const [path, { license }] of others) console.error(`${path} is under ${license ?? 'no licence it tells'}`);
console.log(`${shipped.length} packages ship, ${others.length} of them under a licence that is not agreed to`);
process.exitCode = others.length > 0 || shipped.length === 0 ? 1 : 0;
