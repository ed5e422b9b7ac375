/** A webhook signature is believed only for the exact bytes, a known secret and a recent time. */
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SIGNATURE_HEADER_LIMIT_CHARACTERS } from '../../src/kit/signature.js';
import { SIGNATURE_AGE_LIMIT_SECONDS, signatureHeader, verifySignature } from '../../src/kit/index.js';

const NOW = 1_772_000_000;
const clock = { now: () => NOW * 1000 };
const bytes = (text: string) => new TextEncoder().encode(text);
const secret = fc.string({ minLength: 1, maxLength: 60 });

describe('signatureHeader', () => {
  it('is the documented scheme: HMAC-SHA256 of time, dot and body, in hexadecimal', () => {
    const expected = createHmac('sha256', 'whsec_a').update(`${NOW}.{"id":1}`).digest('hex');
    expect(signatureHeader(bytes('{"id":1}'), ['whsec_a'], NOW)).toBe(`t=${NOW},v1=${expected}`);
  });
});

describe('verifySignature', () => {
  it('verifies whatever was signed with any of its secrets, text or not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array(),
        fc.array(secret, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        (body, secrets, which) => {
          const one = secrets[which % secrets.length]!;
          expect(verifySignature(body, signatureHeader(body, [one], NOW), secrets, clock)).toBe('valid');
          expect(verifySignature(body, signatureHeader(body, secrets, NOW), [one], clock)).toBe('valid');
        },
      ),
    );
  });

  it('refuses any changed byte', () => {
    const changed = fc
      .uint8Array({ minLength: 1 })
      .chain((body) => fc.tuple(fc.constant(body), fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 })));
    fc.assert(
      fc.property(changed, ([body, at, by]) => {
        const header = signatureHeader(body, ['whsec_a'], NOW);
        const other = Uint8Array.from(body, (byte, index) => (index === at ? byte ^ by : byte));
        expect(verifySignature(other, header, ['whsec_a'], clock)).toBe('signature');
      }),
    );
  });

  it('refuses other secrets, an empty one and none at all', () => {
    const body = bytes('{}');
    const header = signatureHeader(body, ['whsec_a'], NOW);
    for (const secrets of [['whsec_b'], [''], []])
      expect(verifySignature(body, header, secrets, clock)).toBe('signature');
    expect(verifySignature(body, signatureHeader(body, [''], NOW), [''], clock)).toBe('signature');
  });

  it('is stale beyond the limit, in both directions, and valid at the limit', () => {
    const body = bytes('{}');
    const at = (offset: number) => verifySignature(body, signatureHeader(body, ['s'], NOW + offset), ['s'], clock);
    for (const sign of [-1, 1]) {
      expect(at(sign * SIGNATURE_AGE_LIMIT_SECONDS)).toBe('valid');
      expect(at(sign * (SIGNATURE_AGE_LIMIT_SECONDS + 1))).toBe('stale');
    }
  });

  it('does not say stale of a wrong signature', () => {
    expect(verifySignature(bytes('{}'), signatureHeader(bytes('{}'), ['s'], 1), ['other'], clock)).toBe('signature');
  });

  it('refuses a header whose time was changed or told twice', () => {
    const header = signatureHeader(bytes('{}'), ['s'], NOW - 1000);
    const renewed = header.replace(String(NOW - 1000), String(NOW));
    for (const forged of [renewed, `${header},t=${NOW}`, `t=${NOW},${header}`]) {
      expect(verifySignature(bytes('{}'), forged, ['s'], clock)).toBe('signature');
    }
  });

  it('never throws, whatever the header', () => {
    const hex = 'a'.repeat(64);
    const odd = [
      '',
      't=',
      'v1=',
      't=1',
      `v1=${hex}`,
      `t=x,v1=${hex}`,
      't=1,v1=zz',
      `t=-1,v1=${hex}`,
      't=1,v1=' + hex.slice(2),
    ];
    const long = `t=${NOW},` + `v1=${hex},`.repeat(SIGNATURE_HEADER_LIMIT_CHARACTERS / 60);
    for (const header of [undefined, ...odd, long])
      expect(verifySignature(bytes('{}'), header, ['s'], clock)).toBe('signature');
    fc.assert(fc.property(fc.string(), (header) => verifySignature(bytes('{}'), header, ['s'], clock) === 'signature'));
  });

  it('finds the right signature among others and among other schemes', () => {
    const body = bytes('{}');
    const right = signatureHeader(body, ['s'], NOW).split(',')[1]!;
    const header = `t=${NOW}, v0=${'b'.repeat(64)}, v1=${'a'.repeat(64)}, ${right}`;
    expect(verifySignature(body, header, ['s'], clock)).toBe('valid');
  });
});
