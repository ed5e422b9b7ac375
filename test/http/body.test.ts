/** Bodies through a real Fastify: what is parsed, what is kept, what is refused. */
import Fastify, { type FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { InitializeBody } from '../../src/contract/payment-endpoints.js';
import { AppError } from '../../src/domain/errors.js';
import { BODY_LIMIT_BYTES, isJsonApi, parseBody, readBody, registerBodyParsers } from '../../src/http/body.js';
import { problem } from '../../src/http/problem.js';

let app: FastifyInstance;

beforeAll(async () => {
  app = Fastify();
  registerBodyParsers(app);
  app.setErrorHandler((error, _request, reply) => {
    const answer = problem(error, { shape: 'list' });
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
  app.post('/echo', (request) => ({
    body: request.body ?? null,
    raw: request.rawBody?.toString('utf8') ?? null,
    kind: request.bodyKind ?? null,
  }));
  app.delete('/echo', (request) => ({ body: request.body ?? null }));
  app.post('/raw', { config: { rawBodyOnly: true } }, (request) => ({
    body: request.body ?? null,
    raw: request.rawBody?.toString('utf8') ?? null,
  }));
  app.post('/initialize', (request) => readBody(request, InitializeBody));
  await app.ready();
});

afterAll(() => app.close());

async function post(url: string, payload: string | Buffer, contentType?: string) {
  const headers = contentType === undefined ? {} : { 'content-type': contentType };
  const answer = await app.inject({ method: 'POST', url, payload, headers });
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
}

describe('registerBodyParsers', () => {
  it('keeps the bytes beside what they mean', async () => {
    const text = '{ "a" :\t"\\u00e9", "b":[1] }';
    expect((await post('/echo', text, 'application/json')).body).toEqual({
      body: { a: 'é', b: [1] },
      raw: text,
      kind: 'json',
    });
  });

  test.each([
    [undefined],
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['APPLICATION/JSON'],
    ['text/json'],
    ['application/problem+json'],
    [''],
    [' '],
  ])('reads JSON with the content type %s', async (contentType) => {
    expect((await post('/echo', '{"a":1}', contentType)).body).toMatchObject({ body: { a: 1 }, kind: 'json' });
  });

  it('reads JSON:API with and without parameters', async () => {
    for (const type of ['application/vnd.api+json', 'application/vnd.api+json;charset=utf-8']) {
      const answer = await post('/echo', '{"data":{"attributes":{"a":1}}}', type);
      expect(answer.body).toMatchObject({ body: { data: { attributes: { a: 1 } } }, kind: 'json-api' });
      expect(isJsonApi(type)).toBe(true);
    }
    expect(isJsonApi('application/json')).toBe(false);
    expect(isJsonApi(undefined)).toBe(false);
  });

  it('reads forms', async () => {
    const answer = await post('/echo', 'a[b]=1&c%5B%5D=2', 'application/x-www-form-urlencoded; charset=UTF-8');
    expect(answer.body).toMatchObject({ body: { a: { b: '1' }, c: ['2'] }, kind: 'form' });
  });

  it('takes lists at the top and empty bodies', async () => {
    expect((await post('/echo', '[1]', 'application/json')).body['body']).toEqual([1]);
    expect((await post('/echo', '', 'application/json')).body['body']).toBeNull();
    expect((await post('/echo', ' \n', 'application/json')).body['body']).toBeNull();
    const bodyless = await app.inject({
      method: 'DELETE',
      url: '/echo',
      headers: { 'content-type': 'application/json' },
    });
    expect(bodyless.statusCode).toBe(200);
  });

  test.each([
    ['{"a":', 'application/json', 400],
    ['nonsense', undefined, 400],
    ['"text"', 'application/json', 400],
    ['null', 'application/json', 400],
    ['12', 'application/json', 400],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'application/json', 400],
    [`a${'[b]'.repeat(20)}=1`, 'application/x-www-form-urlencoded', 400],
    ['a=1&'.repeat(2001), 'application/x-www-form-urlencoded', 400],
    ['<a/>', 'text/xml', 415],
    ['--x\r\n', 'multipart/form-data; boundary=x', 415],
    ['{}', 'nonsense', 415],
  ])('refuses %.20s as %s', async (payload, contentType, status) => {
    const answer = await post('/echo', payload, contentType);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual([
      { status, code: null, message: expect.stringMatching(/\S/) as string, confirm: null },
    ]);
  });

  it('answers 413 above the limit and reads a body at it', async () => {
    const ofSize = (size: number) => `{"a":"${'x'.repeat(size - 8)}"}`;
    expect((await post('/echo', ofSize(BODY_LIMIT_BYTES), 'application/json')).status).toBe(200);
    const answer = await post('/echo', ofSize(BODY_LIMIT_BYTES + 1), 'application/json');
    expect(answer).toEqual({
      status: 413,
      body: [{ status: 413, code: null, message: 'The request body is too large.', confirm: null }],
    });
  });

  it('parses nothing where only the bytes are wanted', async () => {
    for (const type of ['application/json', 'text/xml', undefined, 'application/x-www-form-urlencoded']) {
      expect(await post('/raw', '{"a":', type)).toEqual({ status: 200, body: { body: null, raw: '{"a":' } });
    }
  });
});

describe('parseBody', () => {
  it('ignores a byte order mark', () => {
    expect(parseBody(Buffer.from('\uFEFF{"a":1}'), undefined).document).toEqual({ a: 1 });
  });

  it('never quotes the body in an error', () => {
    expect(() => parseBody(Buffer.from('{"secretKey":"sk_live_1"'), 'application/json')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('sk_live') as string }) as Error,
    );
  });
});

describe('readBody', () => {
  const order = { currencyCode: 'EUR', grandTotal: '12000', paymentMethod: 'Credit Card' };
  const read = { orderData: { ...order, grandTotal: 12000 } };

  it('reads the same body as JSON, JSON:API, form and wrapped in form_params', async () => {
    const form = 'orderData[currencyCode]=EUR&orderData[grandTotal]=12000&orderData[paymentMethod]=Credit+Card';
    const json = JSON.stringify({ orderData: order });
    const document = JSON.stringify({ data: { type: 'x', attributes: { orderData: order } } });
    expect((await post('/initialize', json, 'application/json')).body).toEqual(read);
    expect((await post('/initialize', form, 'application/x-www-form-urlencoded')).body).toEqual(read);
    expect((await post('/initialize', `{"form_params":${json}}`)).body).toEqual(read);
    expect((await post('/initialize', document, 'application/vnd.api+json')).body).toEqual(read);
    expect((await post('/initialize', json, 'application/vnd.api+json')).body).toEqual(read);
  });

  it('takes attributes for the body in JSON:API only', async () => {
    const answer = await post('/initialize', JSON.stringify({ data: { attributes: { orderData: order } } }));
    expect(answer.status).toBe(400);
  });

  it('says what is missing', async () => {
    expect(await post('/initialize', '')).toMatchObject({
      status: 400,
      body: [{ message: 'POST content is required.' }],
    });
    expect(await post('/initialize', '{}')).toMatchObject({
      status: 400,
      body: [{ message: 'The request body does not fit: orderData is required' }],
    });
    expect((await post('/initialize', '[1]')).body).toMatchObject([
      { message: 'The request body does not fit: the body must be object' },
    ]);
  });

  it('reads the whole document where the shape is of it', () => {
    const schema = Type.Object({ data: Type.Object({ attributes: Type.Object({ a: Type.Integer() }) }) });
    const body = { data: { attributes: { a: 1 } } };
    expect(readBody({ body, bodyKind: 'json-api' }, schema, true)).toEqual(body);
    expect(() => readBody({ body, bodyKind: 'json-api' }, schema)).toThrow(AppError);
  });
});
