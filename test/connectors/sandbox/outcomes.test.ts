/** The last two digits of an amount, or the settings, choose the outcome; the README says the same. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SandboxVerb } from '../../../src/connectors/sandbox/outcomes.js';
import { digitsOf, howToChoose, OUTCOMES, outcomeOf, problemOf } from '../../../src/connectors/sandbox/outcomes.js';
import { settingsSchema } from '../../../src/connectors/sandbox/settings.js';
import { PAYMENT_STATUSES, REFUND_STATUSES } from '../../../src/connectors/sandbox/webhooks.js';
import { schemaAt } from '../../../src/kit/index.js';
import { settings } from './support.js';
import { outcomeTable } from './readme.js';

const VERBS = Object.keys(OUTCOMES) as SandboxVerb[];
const readme = readFileSync(new URL('../../../src/connectors/sandbox/README.md', import.meta.url), 'utf8');

describe('outcomeOf', () => {
  it('follows the last two digits, whatever stands before them', () => {
    for (const before of [0, 100, 12_000, 99_999_900]) {
      expect(outcomeOf('capture', before + 31, settings)).toBe('decline');
      expect(outcomeOf('refund', before + 57, settings)).toBe('lost_answer');
      expect(outcomeOf('initialize', before + 13, settings)).toBe('temporary_id');
    }
  });

  it('gives every pair of digits to one verb at most', () => {
    for (let digits = 0; digits < 100; digits += 1) {
      const special = VERBS.filter((verb) => outcomeOf(verb, 1200 + digits, settings) !== 'success');
      expect(special.length, String(digits)).toBeLessThanOrEqual(1);
    }
  });

  it('is success for round prices and those that end in 9', () => {
    for (const digits of [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 9, 19, 29, 39, 49, 59, 69, 79, 89, 95, 99]) {
      for (const verb of VERBS) expect(outcomeOf(verb, 12_000 + digits, settings)).toBe('success');
    }
  });

  it('is overridden by the settings, per verb', () => {
    const changed = { ...settings, outcomes: { capture: 'no_answer', refund: 'success' } };
    expect(outcomeOf('capture', 12_000, changed)).toBe('no_answer');
    expect(outcomeOf('refund', 12_051, changed)).toBe('success');
    expect(outcomeOf('cancel', 12_041, changed)).toBe('decline');
    expect(outcomeOf('capture', 12_031, { ...settings, outcomes: { capture: 'temporary_id' } })).toBe('decline');
  });
});

describe('problemOf', () => {
  it('says how to choose another outcome, with digits that are true', () => {
    for (const verb of VERBS) {
      for (const outcome of OUTCOMES[verb]) {
        const digits = digitsOf(verb, outcome);
        if (digits === undefined) continue;
        expect(problemOf(verb, 'decline').message).toContain(`${digits} ${outcome.replace('_', ' ')}`);
        expect(outcomeOf(verb, 100 + digits, settings)).toBe(outcome);
      }
    }
    expect(howToChoose('authorize')).toMatch(/^last two digits of the amount: 00 success, 21 decline, 22 failure/);
  });

  it('tells apart what is definite and what is not', () => {
    expect(problemOf('capture', 'decline').class).toBe('declined');
    expect(problemOf('capture', 'exception').class).toBe('bug');
    expect(problemOf('capture', 'no_answer')).toMatchObject({ class: 'ambiguous', code: 'sandbox_no_answer' });
  });
});

describe('README', () => {
  it('holds the table of outcomes as the code has it', () => {
    expect(readme).toContain(outcomeTable().join('\n'));
  });

  it('explains every outcome, setting and status', () => {
    for (const outcome of new Set(Object.values(OUTCOMES).flat())) expect(readme).toContain(`\n| \`${outcome}\` | `);
    for (const status of [...Object.keys(PAYMENT_STATUSES), ...REFUND_STATUSES])
      expect(readme).toContain(`\`${status}\``);
    const abilities = schemaAt(settingsSchema, ['capabilities']) as unknown as { properties: object };
    const names = [...Object.keys(settingsSchema.properties), ...Object.keys(abilities.properties)];
    for (const name of names.filter((known) => !['connector', 'capabilities'].includes(known))) {
      expect(readme, name).toMatch(new RegExp(`\`(capabilities\\.)?${name}[\`.]`));
    }
  });
});
