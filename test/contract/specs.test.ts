/** Both documents are fresh, valid and complete. */
import { execFile } from 'node:child_process';
import { readFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Ajv } from 'ajv';
import * as formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { packageVersion, writeSpecs } from '../../src/cli/spec.js';
import { asyncApi } from '../../src/contract/asyncapi.js';
import { validateResponse } from '../../src/contract/check.js';
import { failuresOf, routePath } from '../../src/contract/endpoint.js';
import { ENDPOINTS, getEndpoint } from '../../src/contract/endpoints.js';
import { MESSAGES } from '../../src/contract/messages.js';
import { openApi } from '../../src/contract/openapi.js';
import { ERRORS } from '../../src/domain/errors.js';

const require = createRequire(import.meta.url);
const run = promisify(execFile);

describe('openApi', () => {
  it('is what openapi.json says; run `npm run spec` when not', async () => {
    const committed: unknown = JSON.parse(await readFile('openapi.json', 'utf8'));
    expect(committed).toEqual(openApi({ version: await packageVersion() }));
  });

  it('passes a validator', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'quittance-spec-'));
    try {
      await writeFile(join(folder, 'redocly.yaml'), 'extends: [minimal]\nrules:\n  operation-2xx-response: off\n');
      await writeSpecs(folder);
      const cli = join(require.resolve('@redocly/cli/package.json'), '..', 'bin', 'cli.js');
      const options = { cwd: folder, env: { ...process.env, REDOCLY_TELEMETRY: 'off', CI: 'true' } };
      const { stderr } = await run(process.execPath, [cli, 'lint', 'openapi.json', '--format=json'], options);
      expect(stderr).not.toMatch(/warning was|error was/i);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has every endpoint once, and names the server it is asked for', () => {
    const document = openApi({ version: '1.0.0', serverUrl: 'https://pay.example' });
    const paths = document['paths'] as Record<string, Record<string, { operationId: string }>>;
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map((operation) => operation.operationId));
    expect(ids.sort()).toEqual(ENDPOINTS.map((endpoint) => endpoint.name).sort());
    expect(document['servers']).toEqual([{ url: 'https://pay.example' }]);
    expect(JSON.stringify(document)).not.toContain('~kind');
  });
});

describe('asyncApi', () => {
  it('is what asyncapi.json says; run `npm run spec` when not', async () => {
    const committed: unknown = JSON.parse(await readFile('asyncapi.json', 'utf8'));
    expect(committed).toEqual(asyncApi({ version: await packageVersion() }));
  });

  it('passes the official schema, which refuses a broken one', async () => {
    const schema = JSON.parse(await readFile(require.resolve('@asyncapi/specs/schemas/3.0.0.json'), 'utf8')) as object;
    const ajv = new Ajv({ meta: false, validateSchema: false, strict: false });
    formats.default.default(ajv);
    const check = ajv.compile(schema);
    expect(
      check(asyncApi({ version: '1.0.0', serverUrl: 'https://pay.example/app/' })),
      JSON.stringify(check.errors),
    ).toBe(true);
    expect(check({ ...asyncApi({ version: '1.0.0' }), asyncapi: '9' })).toBe(false);
  });

  it('has every message, and refers only to what is there', () => {
    const document = asyncApi({ version: '1.0.0' });
    const text = JSON.stringify(document);
    for (const message of MESSAGES) expect(text).toContain(`#/components/messages/${message.name}`);
    for (const [, reference = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = reference.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document);
      expect(target, reference).toBeDefined();
    }
  });
});

describe('endpoints', () => {
  it('have unique names and paths', () => {
    const routes = ENDPOINTS.flatMap((endpoint) =>
      [endpoint.path, ...endpoint.aliases].map((path) => `${endpoint.method} ${path}`),
    );
    expect(new Set(routes).size).toBe(routes.length);
    expect(new Set(ENDPOINTS.map((endpoint) => endpoint.name)).size).toBe(ENDPOINTS.length);
    expect(() => getEndpoint('nonsense')).toThrow('nonsense');
  });

  it('have an alias without /private', () => {
    for (const endpoint of ENDPOINTS.filter(({ path }) => path.startsWith('/private/'))) {
      expect(endpoint.aliases).toContain(endpoint.path.replace('/private', ''));
    }
  });

  it('say which token they want', () => {
    for (const { name, access, audiences, errors } of ENDPOINTS) {
      const wantsToken = access === 'tenant' || access === 'channel';
      expect(audiences.length > 0, name).toBe(wantsToken);
      if (wantsToken) expect(errors.map(({ status }) => status)).toEqual(expect.arrayContaining([401, 403]));
    }
  });

  it('document each status once', () => {
    for (const endpoint of ENDPOINTS) {
      const statuses = [...endpoint.success, ...failuresOf(endpoint)].map(({ status }) => status);
      expect(new Set(statuses).size, endpoint.name).toBe(statuses.length);
      expect(statuses).toContain(500);
    }
  });

  it('are spelled for the router', () => {
    expect(routePath('/webhooks/test/{token}')).toBe('/webhooks/test/:token');
  });
});

describe('validateResponse', () => {
  const answer = {
    isSuccessful: true,
    statusCode: null,
    transactionId: 'pi_1',
    payment: null,
    preOrderPaymentData: {},
    redirectUrl: 'https://pay.example/app-payment?transactionId=pi_1',
    message: null,
  };

  it('accepts what is promised', () => {
    expect(validateResponse('initialize-payment', 200, answer)).toBeUndefined();
    expect(validateResponse('initialize-payment', 200, { ...answer, preOrderPaymentData: [] })).toBeUndefined();
    expect(validateResponse('disconnect', 204, '')).toBeUndefined();
    expect(
      validateResponse('initialize-payment', 400, [{ status: 400, message: 'x', code: null, confirm: null }]),
    ).toBe(undefined);
    expect(validateResponse('initialize-payment', 400, { errors: [{ message: 'x' }] })).toBeUndefined();
    expect(validateResponse('receive-messages', 200, [])).toBeUndefined();
    expect(validateResponse('payment-page', 404, '<html>')).toBeUndefined();
  });

  it('refuses what is not', () => {
    expect(validateResponse('initialize-payment', 201, answer)).toContain('not documented');
    expect(validateResponse('initialize-payment', 200, { ...answer, redirectUrl: undefined })).toContain('redirectUrl');
    expect(validateResponse('initialize-payment', 200, { ...answer, secret: 1 })).toContain('unknown member');
    expect(validateResponse('initialize-payment', 400, [])).toBeDefined();
    expect(validateResponse('initialize-payment', 400, [{ status: 400, message: '' }])).toBeDefined();
    expect(validateResponse('configure', 422, [{ message: 'x' }])).toBeDefined();
    expect(validateResponse('disconnect', 204, { a: 1 })).toBeDefined();
    expect(validateResponse('token', 401, [{ message: 'x' }])).toBeDefined();
  });
});

describe('ERRORS', () => {
  it('are explained in docs/errors.md, each with its status, in the same order', async () => {
    const page = await readFile('docs/errors.md', 'utf8');
    const told = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \| \S/gm)].map(([, code, status]) => `${code} ${status}`);
    expect(told).toEqual(Object.entries(ERRORS).map(([code, { status }]) => `${code} ${status}`));
  });
});
