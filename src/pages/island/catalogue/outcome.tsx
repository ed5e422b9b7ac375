/** What came of testing or saving: all that is wrong in one place, each with the way to its field, and what is worth knowing. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Fault, Refusal, Told } from './calls.js';
import { fill, type Report, type Words } from './facts.js';
import { fieldAt, idOf, type Field } from './fields.js';

/** What came of the last asking. */
export interface Outcome {
  /** Empty: nothing is wrong. */
  faults: Fault[];
  /** What is wrong with no field. */
  failure?: string;
  good?: string;
  warnings: string[];
}

export const NOTHING: Outcome = { faults: [], warnings: [] };

/** Reads the app's answer. */
export function outcomeOf({ status, body }: Told<unknown>, words: Words): Outcome {
  if (status === 200) {
    const { errors = [], warnings = [], isValid } = body as Partial<Report>;
    if (isValid === undefined) return { faults: [], warnings: [], good: words.saved };
    return { faults: errors, warnings, ...(isValid ? { good: words.testGood } : {}) };
  }
  if (status === 0) return { ...NOTHING, failure: words.noNetwork };
  if (status === 401) return { ...NOTHING, failure: words.signInAgain };
  const [first] = (body as Refusal).errors ?? [];
  if (first?.fields !== undefined) return { faults: first.fields, warnings: [] };
  return { ...NOTHING, failure: first?.message ?? words.failed };
}

/** What stands beside each field, by dotted path. */
export function byField(fields: readonly Field[], faults: readonly Fault[], words: Words): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const fault of faults) {
    const field = fieldAt(fields, fault.property);
    const path = field?.path ?? fault.property;
    found.set(path, [...(found.get(path) ?? []), textOf(field, fault, words)]);
  }
  return found;
}

/** A fault may be about one line of a field, or about one entry of its JSON. */
function textOf(field: Field | undefined, { property, message }: Fault, words: Words): string {
  const part = field === undefined ? '' : property.slice(field.path.length + 1);
  if (part === '') return message;
  const place = field?.kind === 'lines' ? fill(words.line, 'number', String(Number(part) + 1)) : part;
  return `${place}: ${message}`;
}

interface SummaryProps {
  outcome: Outcome;
  fields: readonly Field[];
  words: Words;
}

/** Everything that is wrong, read out at once. The focus goes to the first field of it, or here when it is of no field. */
export function Summary({ outcome, fields, words }: SummaryProps): JSX.Element {
  const element = useRef<HTMLDivElement>(null);
  const isWrong = outcome.faults.length > 0 || outcome.failure !== undefined;
  useEffect(() => {
    if (!isWrong) return;
    const first = element.current?.closest('form')?.querySelector('.fault')?.closest('[data-path]');
    reach(first?.querySelector<HTMLElement>('summary, [aria-invalid]') ?? element.current);
  }, [outcome]);
  return (
    <div ref={element} role="alert" tabIndex={-1} data-testid="summary">
      {isWrong && (
        <div class="alert">
          <strong>{words.refusedTitle}</strong>
          {outcome.failure !== undefined && <p>{outcome.failure}</p>}
          {outcome.faults.length > 0 && (
            <ul>
              {outcome.faults.map((fault) => (
                <li key={`${fault.property} ${fault.message}`}>
                  <FaultLink field={fieldAt(fields, fault.property)} fault={fault} words={words} />
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}

function FaultLink(props: { field: Field | undefined; fault: Fault; words: Words }): JSX.Element {
  const { field, fault, words } = props;
  if (field === undefined) return <>{[fault.property, fault.message].filter(Boolean).join(': ')}</>;
  const id = idOf(field.path);
  return (
    <a
      href={`#${id}`}
      onClick={(event) => {
        event.preventDefault();
        reach(document.getElementById(id));
      }}
    >
      {`${field.label}: ${textOf(field, fault, words)}`}
    </a>
  );
}

/** Brings an element into sight with its label, and the focus to it. A group that is closed would hide it. */
function reach(target: HTMLElement | null): void {
  for (let group = target?.closest('details'); group; group = group.parentElement?.closest('details') ?? null)
    if (group.firstElementChild !== target) group.open = true;
  target?.focus();
  target?.scrollIntoView({ block: 'center' });
}

/** Worth knowing, no reason to refuse. */
export function Warnings({ outcome, words }: { outcome: Outcome; words: Words }): JSX.Element | null {
  if (outcome.warnings.length === 0) return null;
  return (
    <div class="note">
      <strong>{words.warnings}</strong>
      <ul>
        {outcome.warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </div>
  );
}
