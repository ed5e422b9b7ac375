/** Writes the table of outcomes for the sandbox's README from the code that plays them. */
import type { OutcomeName, SandboxVerb } from '../../../src/connectors/sandbox/outcomes.js';
import { digitsOf, OUTCOMES } from '../../../src/connectors/sandbox/outcomes.js';

const VERBS: readonly SandboxVerb[] = [
  'initialize', 'authorize', 'capture', 'cancel', 'refund', 'confirm', 'transfer', 'reverseTransfer',
]; // prettier-ignore

/** The lines of the table, one per outcome, as they must stand in the README. */
export function outcomeTable(): string[] {
  const names = [...new Set(VERBS.flatMap((verb) => OUTCOMES[verb]))];
  return [
    `| outcome | ${VERBS.join(' | ')} |`,
    `|---|${VERBS.map(() => '---').join('|')}|`,
    ...names.map((name) => `| \`${name}\` | ${VERBS.map((verb) => cell(verb, name)).join(' | ')} |`),
  ];
}

function cell(verb: SandboxVerb, outcome: OutcomeName): string {
  if (outcome === 'success') return 'anything else';
  if (!OUTCOMES[verb].includes(outcome)) return '–';
  const digits = digitsOf(verb, outcome);
  return digits === undefined ? 'configuration' : `**${digits}**`;
}
