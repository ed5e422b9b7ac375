/** A second node of a test's app, as a program of its own that may be killed: same database, same PSP, another port. */
import { openDatabase } from '../../src/storage/database.js';
import { systemClock } from '../../src/clock.js';
import { compose } from '../../src/compose.js';
import { readConfig } from '../../src/config.js';
import { redact } from '../../src/kit/redact.js';
import { createLog } from '../../src/log.js';
import { masterKeyFromText, openVault } from '../../src/storage/vault.js';

const { NODE_DATABASE_URL: url = '', MASTER_KEY: masterKey = '', PORT: port = '' } = process.env;
const config = readConfig(process.env, 'sandbox');
const db = openDatabase(url, () => undefined, 4);
const log = createLog({ level: 'debug', clock: systemClock, redact, write: (line) => process.stderr.write(line) });
const vault = openVault({ db, appId: config.appId, clock: systemClock, masterKey: masterKeyFromText(masterKey) });
const parts = { config, db, vault, clock: systemClock, log, version: '0.0.0', isOnlyNode: false };
const running = await compose(parts);
await running.server.listen({ host: '127.0.0.1', port: Number(port) });
await running.start();
process.stdout.write('ready\n');
