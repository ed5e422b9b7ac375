/**
 * The migration guide, command by command: every shell block of docs/migrate-from-acp.md is run as it stands, against a
 * sandbox for the first part and a production deployment behind TLS for the second. Only addresses are exchanged, and the
 * customer without a browser pays both times.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import { request } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase } from '../support/database.js';
import { freePortTriple, startSandbox, type Sandbox } from '../support/sandbox.js';

const PAGE = readFileSync('docs/migrate-from-acp.md', 'utf8');
/** Shell blocks below each heading of the second level, in order. */
const BLOCKS = new Map(
  PAGE.split(/^## /m).map((section) => [
    section.split('\n')[0] ?? '',
    [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code ?? ''),
  ]),
);
const below = (...headings: string[]): string[] => headings.flatMap((heading) => BLOCKS.get(heading) ?? []);

/** What starts something that stays; the test starts it in its own way. */
const STARTED_BY_US = ['npm ci && npm start\n', 'npm ci && npm run build\n', 'quittance serve\n'];
const TRY = below('Try it first');
const MOVE = below('Run it', 'Connect the shop');
const PAYS = TRY.find((code) => code.includes('/confirm')) ?? '';
const PATIENCE_MS = 120_000;

let folder: string;
let sandbox: Sandbox;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let proxy: Server;
let port: number;
let publicUrl: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'quittance-guide-'));
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' }); // prettier-ignore
  sandbox = await startSandbox({ env: { NODE_EXTRA_CA_CERTS: certificate } });
  database = await freshDatabase();
  port = await freePortTriple();
  proxy = createServer({ key: readFileSync(key), cert: readFileSync(certificate) }, (incoming, outgoing) => {
    const { method, url, headers } = incoming;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  proxy.listen(0, 'localhost');
  await once(proxy, 'listening');
  publicUrl = `https://localhost:${(proxy.address() as { port: number }).port}`;
}, PATIENCE_MS);

afterAll(async () => {
  proxy.close();
  await sandbox.close();
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs lines of Bash in this folder, ending at the first that fails. Throws with everything that was written. */
function bash(lines: string[], env: Record<string, string>): Promise<string> {
  const script = ['set -euo pipefail', ...lines].join('\n');
  const { MASTER_KEY: _, ...own } = process.env;
  return new Promise((resolve, reject) => {
    const options = { env: { ...own, LOG_LEVEL: 'warn', ...env }, timeout: PATIENCE_MS, killSignal: 'SIGTERM' as const };
    execFile('bash', ['-c', script], options, (error, stdout, stderr) => {
      const written = `${stdout}\n${stderr}`;
      if (error === null) resolve(written);
      else reject(new Error(`The commands ended with ${String(error.code ?? error.signal)}:\n${written}`));
    });
  }); // prettier-ignore
}

const atSandbox = (code: string): string =>
  code.replace('http://localhost:8080', sandbox.url).replace('http://localhost:8081', sandbox.simulatorUrl);

describe('the migration guide', () => {
  it('has blocks for both parts, and none that no test looks at', () => {
    expect(TRY.length).toBeGreaterThan(8);
    expect(MOVE.length).toBeGreaterThan(7);
    expect(PAYS).toContain('pm_card_visa');
    expect(STARTED_BY_US.filter((code) => ![...TRY, ...MOVE].includes(code))).toEqual([]);
    expect([...BLOCKS.values()].flat()).toEqual([...TRY, ...MOVE]);
    // Blocks of another kind are no commands: configuration of proxies and settings.
    const others = [...PAGE.matchAll(/^```(?!sh$)(\w+)$/gm)].map(([, kind]) => kind);
    expect(new Set(others)).toEqual(new Set(['text', 'json']));
  });

  it(
    'played offline ends in a captured order, and the doctor finds nothing',
    async () => {
      const lines = TRY.filter((code) => !STARTED_BY_US.includes(code)).map(atSandbox);
      const env = { PORT: String(sandbox.port), DATA_DIR: sandbox.dataDir };
      const written = await bash(lines, env);
      expect(written).toMatch(/^client id +client-/m);
      expect(written).toContain('"secretKey":"sk_test_***"');
      expect(written).toMatch(/^AddPaymentMethod \{"name":"Credit Card","providerName":"stripe"/m);
      expect(written).toContain(`${sandbox.url}/app-payment?transactionId=pi_`);
      expect(written).toMatch(/^PaymentAuthorized .*"orderReference":"DE--GUIDE-1"/m);
      expect(written).toMatch(/^PaymentCaptured .*"amount":12000.*"orderItemIds":\["101","102"\]/m);
      expect(written).toContain('my-shop is served as shops need it');
    },
    PATIENCE_MS,
  );

  it(
    'followed in production, behind TLS, ends in a captured order too',
    async () => {
      const [functions, given] = [TRY.filter((code) => /^[a-z_]+\(\) \{/m.test(code) && !code.includes('\nwait_for ')), {
        'postgres://quittance:secret@127.0.0.1:5432/quittance': database.url,
        'https://pay.example.com': publicUrl,
        // The service comes up beside what follows.
        'quittance serve\n': `node bin/quittance.mjs serve & trap "kill $!; wait" EXIT
          until curl -sf "$PUBLIC_URL/health/ready" > /dev/null; do sleep 0.2; done\n`,
      }]; // prettier-ignore
      const exchanged = MOVE.filter((code) => code !== 'npm ci && npm run build\n').map((code) =>
        Object.entries(given).reduce((text, [from, to]) => text.replaceAll(from, to), code),
      );
      const [waiting] = TRY.flatMap((code) => /^wait_for\(\) \{\n.*\n\}$/m.exec(code) ?? []);
      const paid = exchanged.findIndex((code) => code.startsWith('wait_for PaymentAuthorized'));
      expect(paid).toBeGreaterThan(0);
      const STRIPE = sandbox.simulatorUrl;
      const customer = `STRIPE=${STRIPE}\n${PAYS.split('\n').slice(2).join('\n')}`;
      const all = [...functions, waiting ?? '', ...exchanged.slice(0, paid), customer, ...exchanged.slice(paid)];
      const certificate = join(folder, 'certificate.pem');
      const trust = { NODE_EXTRA_CA_CERTS: certificate, CURL_CA_BUNDLE: certificate };
      const written = await bash(all, {
        ...trust,
        PORT: String(port),
        STRIPE_API_URL: STRIPE,
        DATA_DIR: join(folder, 'data'),
      });
      expect(written).toContain('The database is up to date.');
      expect(written).toContain(`my-shop is served as shops need it, at ${publicUrl}`);
      expect(written).toContain(`${publicUrl}/app-payment?transactionId=pi_`);
      expect(written).toMatch(/^PaymentCaptured .*"amount":5000/m);
      expect(written).toMatch(/captured/);
    },
    PATIENCE_MS,
  );
});
