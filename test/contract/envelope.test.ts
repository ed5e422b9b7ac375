/** Envelopes as shops spell them, and as we spell them. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { validateAttributes } from '../../src/contract/check.js';
import { microTime, parseJson, readEnvelope, toAttributes, toHeaders } from '../../src/contract/envelope.js';

const body = '{"orderReference":"DE--1"}';
const payload = { orderReference: 'DE--1' };
const minimal = { name: 'CapturePayment', tenantIdentifier: 't-1' };
const envelope = { ...minimal, payload };

describe('readEnvelope: where name and tenant are', () => {
  test.each<[string, Record<string, unknown>]>([
    ['polled attributes', minimal],
    ['transferName', { transferName: 'CapturePayment', tenantIdentifier: 't-1' }],
    ['transferName before name', { transferName: 'CapturePayment', name: 'Other', tenantIdentifier: 't-1' }],
    ['event alone', { event: 'CapturePayment', tenantIdentifier: 't-1' }],
    ['Train-Case headers', { 'Transfer-Name': 'CapturePayment', 'Tenant-Identifier': 't-1' }],
    ['lower-case headers', { 'transfer-name': 'CapturePayment', 'tenant-identifier': 't-1' }],
    ['X- prefix', { 'X-Transfer-Name': 'CapturePayment', 'X-Tenant-Identifier': 't-1' }],
    ['snake_case', { transfer_name: 'CapturePayment', tenant_identifier: 't-1' }],
    ['store reference alone', { name: 'CapturePayment', storeReference: 't-1' }],
    ['empty tenant, store reference', { ...minimal, tenantIdentifier: '', storeReference: 't-1' }],
    ['tenant before store reference', { ...minimal, storeReference: 't-2' }],
    ['plain before prefixed', { 'x-tenant-identifier': 't-2', ...minimal }],
    ['repeated header', { name: ['CapturePayment', 'x'], tenantIdentifier: ['t-1', 't-2'] }],
    ['a repeated header in one line', { name: 'CapturePayment, CapturePayment', tenantIdentifier: 't-1' }],
    ['typed attributes', { name: { DataType: 'String', StringValue: 'CapturePayment' }, tenantIdentifier: 't-1' }],
    ['unknown and null attributes', { ...minimal, metadata: '{"messageId":"1"}', sessionTrackingId: 'x', a: null }],
    ['credentials, which are left out', { ...minimal, authorization: 'Bearer secret' }],
  ])('reads %s', (_, attributes) => expect(readEnvelope(attributes, body)).toEqual({ value: envelope }));

  test.each<[string, Record<string, unknown>, string]>([
    ['no name', { tenantIdentifier: 't-1' }, 'names no message'],
    ['no tenant', { name: 'CapturePayment' }, 'names no tenant'],
    ['a tenant that is too long', { name: 'CapturePayment', tenantIdentifier: 't'.repeat(256) }, 'names no tenant'],
    ['blank tenant', { name: 'CapturePayment', tenantIdentifier: ' ' }, 'names no tenant'],
  ])('refuses %s', (_, attributes, error) => expect(readEnvelope(attributes, body).error).toContain(error));
});

describe('readEnvelope: publisher, ids and time', () => {
  test.each<[unknown, string | undefined]>([
    ['shop-1', 'shop-1'],
    [{ appIdentifier: 'app-1' }, 'app-1'],
    ['{"appIdentifier":"app-1"}', 'app-1'],
    [{ tenantIdentifier: 't-9' }, 't-9'],
    [null, undefined],
    ['', undefined],
  ])('reads the publisher %j', (publisher, text) => {
    expect(readEnvelope({ ...minimal, publisher }, body).value?.publisher).toBe(text);
    expect(readEnvelope({ ...minimal, emitter: publisher }, body).value?.publisher).toBe(text);
  });

  it('takes the tenant from a publisher object when nothing else names it', () => {
    const attributes = { name: 'CapturePayment', publisher: { storeReference: 't-1' } };
    expect(readEnvelope(attributes, body).value?.tenantIdentifier).toBe('t-1');
  });

  it('reads correlation, transaction and actor', () => {
    const headers = { ...minimal, 'Correlation-Id': 'c-1', 'Transaction-Id': 'x-1', 'Actor-Id': 't-1' };
    expect(readEnvelope(headers, body).value).toMatchObject({
      correlationId: 'c-1',
      transactionId: 'x-1',
      actorId: 't-1',
    });
  });

  test.each<[unknown, string | undefined]>([
    ['2025-05-09T10:00:00.123456', '2025-05-09T10:00:00.123Z'],
    ['2025-05-09T10:00:00', '2025-05-09T10:00:00.000Z'],
    ['2025-05-09 10:00:00', '2025-05-09T10:00:00.000Z'],
    ['2025-05-09T10:00:00Z', '2025-05-09T10:00:00.000Z'],
    ['2025-05-09T12:00:00.5+02:00', '2025-05-09T10:00:00.500Z'],
    ['2025-05-09T12:00:00+0200', '2025-05-09T10:00:00.000Z'],
    ['2025-05-09T10:00:00.123456789', '2025-05-09T10:00:00.123Z'],
    [1746784800, '2025-05-09T10:00:00.000Z'],
    ['1746784800', '2025-05-09T10:00:00.000Z'],
    [1746784800123, '2025-05-09T10:00:00.123Z'],
    [1746784800123456, '2025-05-09T10:00:00.123Z'],
    ['yesterday', undefined],
    ['2025-13-45T10:00:00', undefined],
    [{}, undefined],
    [true, undefined],
  ])('reads the time %j', (timestamp, text) => {
    expect(readEnvelope({ ...minimal, timestamp }, body).value?.timestamp).toBe(text);
  });
});

describe('readEnvelope: the body', () => {
  test.each<[string, string | Uint8Array | object]>([
    ['text', body],
    ['bytes', Buffer.from(body)],
    ['text after a byte order mark', `\uFEFF${body}`],
    ['an object', payload],
  ])('reads %s', (_, given) => expect(readEnvelope(minimal, given)).toEqual({ value: envelope }));

  test.each<[string, string | object | null | undefined]>([
    ['no body', undefined],
    ['null', null],
    ['null as text', 'null'],
    ['a list', '[]'],
    ['a number', '7'],
    ['JSON written twice', JSON.stringify(body)],
    ['no JSON', '{"a"'],
    ['nothing', ''],
    ['too deep', `{"a":${'['.repeat(99)}${']'.repeat(99)}}`],
  ])('refuses %s', (_, given) => expect(readEnvelope(minimal, given).error).toContain('the message body is no JSON'));

  it('never throws', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (attributes, text) => {
        readEnvelope(attributes, text);
      }),
    );
  });
});

describe('parseJson', () => {
  it('gives what JSON.parse gives', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        expect(parseJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('does not count brackets inside text', () => {
    expect(parseJson(JSON.stringify('[{"\\"'.repeat(100)))).toBe('[{"\\"'.repeat(100));
  });
});

describe('toAttributes', () => {
  const sending = {
    name: 'PaymentCaptured',
    tenantIdentifier: 't-1',
    appIdentifier: 'quittance',
    timestampMicros: 1746784800123456,
    correlationId: 'c-1',
    transactionId: 'x-1',
  };

  it('writes every attribute, the same value under its older names', () => {
    const attributes = toAttributes(sending);
    expect(attributes).toEqual({
      transferName: 'PaymentCaptured',
      name: 'PaymentCaptured',
      event: 'PaymentCaptured',
      tenantIdentifier: 't-1',
      storeReference: 't-1',
      actorId: 'quittance',
      publisher: 'quittance',
      timestamp: '2025-05-09T10:00:00.123456',
      correlationId: 'c-1',
      transactionId: 'x-1',
    });
    expect(validateAttributes(attributes)).toBeUndefined();
  });

  it('refuses to send without a tenant or an id', () => {
    expect(() => toAttributes({ ...sending, tenantIdentifier: '' })).toThrow('tenantIdentifier');
    expect(() => toAttributes({ ...sending, correlationId: '' })).toThrow('correlationId');
  });

  it('is read back by readEnvelope, as attributes and as headers', () => {
    const attributes = toAttributes(sending);
    const headers = toHeaders(attributes);
    expect(headers).toMatchObject({
      'Transfer-Name': 'PaymentCaptured',
      'Tenant-Identifier': 't-1',
      Name: 'PaymentCaptured',
    });
    expect(readEnvelope(headers, payload)).toEqual(readEnvelope(attributes, payload));
  });
});

describe('microTime', () => {
  it('keeps the order of times when compared as text', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e15 }), fc.integer({ min: 1, max: 5000 }), (micros, later) => {
        expect(microTime(micros) < microTime(micros + later)).toBe(true);
        expect(microTime(micros)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/);
      }),
    );
  });
});
