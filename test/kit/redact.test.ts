/** No secret gets past redaction, and what is no secret stays readable. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, redact, REDACTED, redactText } from '../../src/kit/index.js';

const word = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'),
  minLength: 12,
  maxLength: 40,
});
const around = fc.constantFrom('', ' ', ': ', '"', "'", '(', '\n', '=', '/', ',', '<b>', 'key ');

const secrets = fc.oneof(
  fc.tuple(fc.constantFrom('sk_', 'rk_'), fc.constantFrom('live_', 'test_', ''), word).map((parts) => parts.join('')),
  word.map((text) => `whsec_${text}`),
  fc.tuple(word, word).map(([id, text]) => `pi_${id}_secret_${text}`),
  word.map((text) => `Bearer ${text}`),
  fc.tuple(word, word, word).map(([a, b, c]) => `eyJ${a}.${b}.${c}`),
); // prettier-ignore

/** A card number of 13 to 19 digits with its check digit; times in milli- and microseconds are none. */
const card = fc
  .tuple(
    fc.constantFrom(...'23456'),
    fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 11, maxLength: 17 }),
  )
  .map(([first, rest]) => withCheckDigit(first + rest));

function withCheckDigit(digits: string): string {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return digits + String((10 - (sum % 10)) % 10);
}

/** The part of a secret that must not be seen anywhere. */
const core = (secret: string) => secret.split('_secret_').at(-1)!.replace('Bearer ', '');

describe('redactText', () => {
  it('takes out secrets known by their shape, whatever stands around them', () => {
    fc.assert(
      fc.property(around, secrets, around, (before, secret, after) => {
        const clean = redactText(`${before}${secret}${after}`);
        expect(clean).not.toContain(core(secret));
        expect(clean).toContain(REDACTED);
      }),
      { numRuns: 1000 },
    );
  });

  it('takes out card numbers, in one piece or in groups', () => {
    const grouped = fc
      .tuple(card, fc.constantFrom('', ' ', '-'))
      .map(([digits, parting]) => digits.match(/.{1,4}/g)!.join(parting));
    fc.assert(
      fc.property(
        fc.constantFrom('', 'card ', 'n=', '"', '12 '),
        grouped,
        fc.constantFrom('', ' exp', '"', ' 9'),
        (a, digits, b) => {
          expect(redactText(a + digits + b)).not.toContain(digits);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('takes out named values, as JSON, as a form and as a header', () => {
    for (const [text, clean] of [
      ['{"client_secret":"abc","id":"pi_1"}', '{"client_secret":"[redacted]","id":"pi_1"}'],
      ['card[cvc]=123&exp=12', 'card[cvc]=[redacted]&exp=12'],
      ['{"cvc": 123, "n": 1}', '{"cvc": [redacted], "n": 1}'],
      ['/app-payment?token=abc.def&x=1', '/app-payment?token=[redacted]&x=1'],
      ['Authorization: Basic dXNlcjpwYXNz', 'Authorization: [redacted]'],
      ["password='a b'", "password='[redacted]'"],
      ['{"password":"a\\"b","c":1}', '{"password":"[redacted]","c":1}'],
      ['pi_1_secret_abc', 'pi_1_secret_[redacted]'],
    ] as const) {
      expect(redactText(text)).toBe(clean);
    }
  });

  it('leaves alone what is no secret', () => {
    for (const text of [
      'Capture of 12000 EUR for order DE--123456 was declined',
      'pi_3NabcDEF captured, ch_3NabcDEF, re_3NabcDEF, pk_test_abcdefgh, evt_1234567890',
      '018f3a5c-7d2e-7cc1-8a3b-446655440000',
      'at 1772000000000 and 1772000000000000, 2026-03-01T10:00:00.000Z',
      'task_list risk_score desk_number',
      `sha256 ${'0123456789'.repeat(6)}abcd`,
      '4242424242424241 has a wrong check digit',
    ]) {
      expect(redactText(text)).toBe(text);
    }
  });

  it('takes out exact secrets it is told', () => {
    expect(redactText('key hunter2 in hunter2', ['hunter2', ''])).toBe(`key ${REDACTED} in ${REDACTED}`);
  });

  it('is stable: a clean text stays as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), secrets, card)), (parts) => {
        const once = redactText(parts.join(' '));
        expect(redactText(once)).toBe(once);
      }),
    );
  });

  it('is fast on long and hostile texts', () => {
    const hostile = ['4'.repeat(200_000), '4 '.repeat(100_000), 'secret'.repeat(40_000), 'pi_'.repeat(60_000), 'token: "'.repeat(30_000), 'a-'.repeat(100_000) + 'secret', 'f'.repeat(200_000)];
    for (const text of hostile) {
      const before = process.cpuUsage().user;
      redactText(text);
      expect((process.cpuUsage().user - before) / 1000).toBeLessThan(10_000);
    }
  }); // prettier-ignore
});

describe('redact', () => {
  it('takes out secrets at any depth, by name or by shape', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), secrets, card, fc.constantFrom('clientSecret', 'api_key', 'card-cvc', 'Authorization'), (value, secret, number, name) => {
        const clean = JSON.stringify(redact({ ...value, [name]: 'plain-value', deep: [{ text: `is ${secret}` }, [number]] }));
        expect(clean).not.toContain('plain-value');
        expect(clean).not.toContain(core(secret));
        expect(clean).not.toContain(number);
      }),
    );
  }); // prettier-ignore

  it('keeps everything else, and changes nothing it is given', () => {
    const given = {
      amount: 12_000,
      at: new Date(0),
      list: [1, 'two', null, true, undefined],
      token: null,
      nested: { ok: 1 },
    };
    const before = structuredClone(given);
    expect(redact(given)).toEqual(given);
    expect(given).toEqual(before);
  });

  it('takes out a card number that is a number', () => {
    expect(redact({ pan: 4242424242424242, at: 1_772_000_000_000 })).toEqual({ pan: REDACTED, at: 1_772_000_000_000 });
  });

  it('looks through errors and their causes', () => {
    const error = new Error('refused sk_live_abcdefgh1', { cause: new Error('with whsec_abcdefgh2') });
    const clean = JSON.stringify(redact({ error }));
    expect(clean).toContain('refused [redacted]');
    expect(clean).not.toContain('abcdefgh');
  });

  it('cuts cycles and depth, shows bytes by length, survives getters that throw', () => {
    const cycle: Record<string, unknown> = { name: 'a', bytes: new Uint8Array(3) };
    cycle['self'] = cycle;
    Object.defineProperty(cycle, 'bad', { enumerable: true, get: () => { throw new Error('no'); } }); // prettier-ignore
    expect(redact(cycle)).toEqual({ name: 'a', bytes: '3 bytes', self: '[cut]' });
    let deep: unknown = 'sk_live_abcdefgh';
    for (let level = 0; level < 50; level += 1) deep = { deep };
    expect(JSON.stringify(redact(deep))).not.toContain('abcdefgh');
  });

  it('takes out secrets in maps, in names of fields and under __proto__', () => {
    const map = new Map([['clientSecret', 'x1'], ['id', 'pi_1']]); // prettier-ignore
    expect(redact(map)).toEqual({ clientSecret: REDACTED, id: 'pi_1' });
    expect(JSON.stringify(redact({ sk_live_abcdefgh: 1 }))).not.toContain('abcdefgh');
    expect(JSON.stringify(redact(JSON.parse('{"__proto__":{"password":"x1"}}')))).toBe(
      '{"__proto__":{"password":"[redacted]"}}',
    );
  });

  it('takes out exact secrets anywhere', () => {
    expect(redact({ a: ['hunter2'] }, ['hunter2'])).toEqual({ a: [REDACTED] });
  });
});

describe('isSecretName', () => {
  it('knows secret fields in any spelling', () => {
    for (const name of ['secretKey', 'client_secret', 'webhookSecrets', 'API-KEY', 'pathToken', 'card[cvc]', 'Set-Cookie', 'password', 'masterKey', 'Stripe-Signature']) {
      expect(isSecretName(name), name).toBe(true);
    }
    for (const name of ['idempotencyKey', 'publishableKey', 'transactionId', 'amount', 'reason', 'tokenType', 'mode']) {
      expect(isSecretName(name), name).toBe(false);
    }
  }); // prettier-ignore
});
