/** Each error in each shape, byte for byte. */
import { describe, expect, it, test } from 'vitest';
import { AppError, type ErrorCode } from '../../src/domain/errors.js';
import { problem } from '../../src/http/problem.js';

const DIALOGUE_TEXT =
  'The payment App cannot be disconnected when there are open orders. Open orders won’t be proceed automatically if you delete the App. Close the open orders to continue.';

describe('problem: list shape', () => {
  it('fills the status and keeps the other members', () => {
    const error = new AppError('payment_unknown', { values: { transactionId: 'pi_1' } });
    const answer = problem(error, { shape: 'list' });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.stringify(answer.body)).toBe(
      '[{"status":400,"code":null,"message":"Could not find a payment with the transaction id \\"pi_1\\"","confirm":null}]',
    );
  });

  it('answers tenant faults with 400 and 403', () => {
    expect(problem(new AppError('tenant_required'), { shape: 'list' })).toMatchObject({
      status: 400,
      body: [{ status: 400, message: 'X-Tenant-Identifier in header is required.' }],
    });
    expect(problem(new AppError('tenant_unknown'), { shape: 'list' })).toMatchObject({
      status: 400,
      body: [{ status: 400, message: 'Could not find an App configuration for the given Tenant' }],
    });
    expect(problem(new AppError('tenant_disconnected'), { shape: 'list' })).toMatchObject({
      status: 403,
      body: [{ status: 403, message: 'Tenant is disconnected.' }],
    });
  });

  it('wraps the list for JSON:API callers', () => {
    expect(problem(new AppError('psp_silent'), { shape: 'list', jsonApi: true })).toMatchObject({
      status: 503,
      body: { errors: [{ status: 503, code: null, confirm: null }] },
    });
  });

  it('carries a status and text chosen by the PSP, and falls back when the text is empty', () => {
    const own = new AppError('payment_refused', { message: 'Card was declined.', status: 422 });
    expect(problem(own, { shape: 'list', locale: 'de' })).toMatchObject({
      status: 422,
      body: [{ status: 422, message: 'Card was declined.' }],
    });
    expect(problem(new AppError('payment_refused', { message: ' ' }), { shape: 'list' }).message).not.toBe(' ');
  });
});

describe('problem: object shape', () => {
  const body = (code: ErrorCode, options = {}) =>
    JSON.stringify(problem(new AppError(code, options), { shape: 'object' }).body);

  test.each<ErrorCode>(['body_required', 'body_malformed', 'body_mismatch', 'media_type_unknown', 'wrong_format'])(
    'answers %s as a wrong format',
    (code) => {
      expect(problem(new AppError(code), { shape: 'object' }).status).toBe(422);
      expect(body(code)).toBe(
        '{"errors":[{"code":"422","message":"Wrong request format.","status":null,"confirm":null}]}',
      );
    },
  );

  it('prints a missing tenant with 422', () => {
    expect(problem(new AppError('tenant_required'), { shape: 'object' }).status).toBe(422);
    expect(body('tenant_required')).toBe(
      '{"errors":[{"code":"422","message":"X-Tenant-Identifier in header is required.","status":null,"confirm":null}]}',
    );
  });

  it('prints a refused and an unchecked configuration', () => {
    expect(body('configuration_refused', { message: 'a, b' })).toBe(
      '{"errors":[{"code":"422","message":"a, b","status":null,"confirm":null}]}',
    );
    expect(body('configuration_unchecked', { message: 'boom' })).toBe(
      '{"errors":[{"code":"500","message":"boom","status":null,"confirm":null}]}',
    );
  });

  test.each<[ErrorCode, object, string]>([
    ['action_failed', { values: { reason: 'no' } }, 'Tenant action failed: no'],
    ['configuration_unsaved', {}, 'Configuration error.'],
    ['disconnect_unsaved', {}, 'Disconnecting error.'],
    ['tenant_unknown', {}, 'Could not find an App configuration for the given Tenant'],
  ])('prints %s with numbers, answered 400', (code, options, message) => {
    expect(problem(new AppError(code, options), { shape: 'object' }).status).toBe(400);
    expect(body(code, options)).toBe(`{"errors":[{"code":422,"message":${JSON.stringify(message)},"status":422}]}`);
  });

  it('asks back about open orders', () => {
    expect(problem(new AppError('orders_open'), { shape: 'object' }).status).toBe(409);
    expect(body('orders_open')).toBe(
      JSON.stringify({
        errors: [
          {
            code: '21000',
            message: DIALOGUE_TEXT,
            status: 409,
            confirm: { labelOk: 'Ignore & Disconnect', labelCancel: 'Cancel' },
          },
        ],
      }),
    );
  });

  it('asks in German, and with both casings of the labels in JSON:API', () => {
    const answer = problem(new AppError('merchants_active'), { shape: 'object', locale: 'de', jsonApi: true });
    expect(answer.body).toMatchObject({
      errors: [
        {
          code: '22000',
          status: 409,
          confirm: {
            labelOk: 'Ignorieren & Trennen',
            labelCancel: 'Stornieren',
            label_ok: 'Ignorieren & Trennen',
            label_cancel: 'Stornieren',
          },
        },
      ],
    });
  });

  test.each<[ErrorCode, string, string]>([
    ['orders_open_kept', '21001', 'Please close any open orders and try again.'],
    ['merchants_active_kept', '22001', 'Please disconnect the merchants and try again.'],
    ['tenant_missing', '20000', 'Tenant identifier is missing.'],
  ])('prints %s without labels', (code, number, message) => {
    expect(body(code)).toBe(`{"errors":[{"code":"${number}","message":"${message}","status":400}]}`);
  });

  it('prints access faults in the same shape', () => {
    expect(problem(new AppError('token_missing'), { shape: 'object' })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer' },
      body: { errors: [{ code: '401', status: null, confirm: null }] },
    });
    const own = new AppError('tenant_forbidden', { wwwAuthenticate: 'Bearer error="insufficient_scope"' });
    expect(problem(own, { shape: 'object' })).toMatchObject({
      status: 403,
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope"' },
    });
  });
});

describe('problem: other shapes', () => {
  it('speaks RFC 6749 at the token endpoint', () => {
    expect(problem(new AppError('invalid_client'), { shape: 'oauth' })).toMatchObject({
      status: 401,
      body: { error: 'invalid_client' },
    });
    expect(problem(new AppError('body_mismatch'), { shape: 'oauth' }).body).toMatchObject({ error: 'invalid_request' });
    expect(problem(new Error('x'), { shape: 'oauth' }).body).toMatchObject({ error: 'server_error' });
  });

  it('gives pages the text alone', () => {
    const answer = problem(new AppError('transaction_missing'), { shape: 'page', locale: 'de' });
    expect(answer).toMatchObject({ status: 400, body: 'Transaktionskennung fehlt.' });
  });
});

describe('problem: what is no AppError', () => {
  test.each(['list', 'object', 'oauth', 'page'] as const)('says nothing of its cause in the %s shape', (shape) => {
    const answer = problem(new Error('password=geheim at /srv/app.js'), { shape });
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toMatch(/geheim|srv/);
    expect(answer.error.cause).toBeInstanceOf(Error);
  });

  test.each([undefined, null, 'text', 7, { statusCode: 400 }, { code: 'FST_X', statusCode: 500 }])(
    'answers 500 for %j',
    (thrown) => expect(problem(thrown, { shape: 'list' }).status).toBe(500),
  );

  it('keeps the status of the router’s own refusals', () => {
    expect(problem({ code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413 }, { shape: 'list' }).status).toBe(413);
    expect(problem({ code: 'FST_ERR_CTP_INVALID_CONTENT_LENGTH', statusCode: 400 }, { shape: 'list' })).toMatchObject({
      status: 400,
      body: [{ status: 400, message: 'The request could not be understood.' }],
    });
  });

  it('never tells the private detail', () => {
    const error = new AppError('payment_refused', { detail: 'sk_test_1' });
    expect(JSON.stringify(problem(error, { shape: 'list' }).body)).not.toContain('sk_test_1');
  });
});
