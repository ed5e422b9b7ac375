/** The form of the settings: typed, tested, saved. Whatever goes wrong is said here, and nothing typed is lost. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askSave, askTest, type Fault, type Refusal, type Session, type Told } from './calls.js';
import { isConnected } from './cards.js';
import type { Catalogue, Facts, Report, Words } from './facts.js';
import { draftOf, fieldAt, fieldsOf, idOf, settingsOf, type Draft, type Field, type Typed } from './fields.js';
import { FieldRow, type FormState } from './inputs.js';

interface SettingsFormProps {
  facts: Facts;
  session: Session;
  catalogue: Catalogue;
  /** The token has ended. */
  onOver(): void;
  /** Reads everything again. */
  onSaved(): Promise<Catalogue | undefined>;
}

/** What came of the last asking. */
interface Outcome {
  /** Empty: nothing is wrong. */
  faults: Fault[];
  /** What is wrong with no field. */
  failure?: string;
  good?: string;
  warnings: string[];
}

const NOTHING: Outcome = { faults: [], warnings: [] };

/** The form. */
export function SettingsForm(props: SettingsFormProps): JSX.Element {
  const { facts, catalogue } = props;
  const { words } = facts;
  const { name, choose, fields, state, outcome, work, submit } = useSettings(props);
  return (
    <form
      class="card pad settings"
      aria-labelledby="settings-title"
      aria-busy={work !== undefined}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (work === undefined) void submit('save');
      }}
    >
      <h2 id="settings-title">{words.settings}</h2>
      <Summary outcome={outcome} fields={fields} words={words} />
      {catalogue.connectors.length > 1 && (
        <ConnectorChoice catalogue={catalogue} name={name} words={words} isBusy={state.isBusy} choose={choose} />
      )}
      <div key={name} class="settings-fields">
        {ordered(fields).map((field) => (
          <FieldRow key={field.path} field={field} state={state} />
        ))}
      </div>
      <div class="bottom">
        <div role="status" data-testid="outcome">
          {outcome.good !== undefined && <p class="good-note">{outcome.good}</p>}
          <Warnings outcome={outcome} words={words} />
        </div>
        <div class="actions">
          <button class="button" disabled={state.isBusy} data-testid="save">
            {work === 'save' ? words.saving : isConnected(catalogue) ? words.save : words.connect}
          </button>
          <button
            type="button"
            class="button plain"
            disabled={state.isBusy}
            data-testid="test"
            onClick={() => void submit('test')}
          >
            {work === 'test' ? words.testing : words.test}
          </button>
        </div>
      </div>
    </form>
  );
}

/** What is typed, by connector, and what the app says of it. */
function useSettings({ facts, session, catalogue, onOver, onSaved }: SettingsFormProps) {
  const { words, language } = facts;
  const [name, setName] = useState(catalogue.connector);
  /** By connector, so that a look at another one loses nothing. */
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [outcome, setOutcome] = useState<Outcome>(NOTHING);
  const [work, setWork] = useState<'test' | 'save'>();
  const fields = fieldsNamed(catalogue, name);
  const settings = catalogue.configuration;
  const draft = drafts[name] ?? draftOf(fields, settings);
  useWarning(Object.keys(drafts).length > 0);
  const state: FormState = {
    words,
    draft,
    settings,
    faults: byField(fields, outcome.faults),
    isBusy: work !== undefined,
    change: (path: string, typed: Typed) => setDrafts({ ...drafts, [name]: { ...draft, [path]: typed } }),
  };
  const submit = async (what: 'test' | 'save'): Promise<void> => {
    const { told, wrong } = settingsOf(fields, draft, settings);
    if (wrong.length > 0) {
      const faults = wrong.map((property) => ({ property, message: words.jsonWrong }));
      return setOutcome({ faults, warnings: [] });
    }
    setWork(what);
    setOutcome(NOTHING);
    const answer = await (what === 'test' ? askTest : askSave)(session, language, { ...told, connector: name });
    if (answer.status === 401) onOver();
    let read = outcomeOf(answer, words);
    if (what === 'save' && answer.status === 200) {
      if ((await onSaved()) === undefined) read = { ...read, good: words.reread };
      else setDrafts({});
    }
    setOutcome(read);
    setWork(undefined);
  };
  const choose = (other: string): void => {
    setOutcome(NOTHING);
    setName(other);
  };
  return { name, choose, fields, state, outcome, work, submit };
}

function fieldsNamed({ connectors }: Catalogue, name: string): Field[] {
  const connector = connectors.find((one) => one.name === name) ?? connectors[0];
  return connector === undefined ? [] : fieldsOf(connector);
}

/** What is required first, then what stands by itself, then groups. */
function ordered(fields: readonly Field[]): Field[] {
  const rank = ({ required, kind, path }: Field): number =>
    path === 'mode' ? 0 : required ? 1 : kind === 'group' ? 3 : 2;
  return [...fields].sort((a, b) => rank(a) - rank(b));
}

function byField(fields: readonly Field[], faults: readonly Fault[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { property, message } of faults) {
    const path = fieldAt(fields, property)?.path ?? property;
    found.set(path, [...(found.get(path) ?? []), message]);
  }
  return found;
}

function outcomeOf({ status, body }: Told<unknown>, words: Words): Outcome {
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

interface ConnectorChoiceProps {
  catalogue: Catalogue;
  name: string;
  words: Words;
  isBusy: boolean;
  choose(name: string): void;
}

function ConnectorChoice({ catalogue, name, words, isBusy, choose }: ConnectorChoiceProps): JSX.Element {
  return (
    <div class="field" data-path="connector">
      <label for="connector">{words.connector}</label>
      <select
        id="connector"
        value={name}
        disabled={isBusy}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
      >
        {catalogue.connectors.map((connector) => (
          <option key={connector.name} value={connector.name}>
            {connector.title}
          </option>
        ))}
      </select>
    </div>
  );
}

/** Everything that is wrong in one place, each with the way to its field. Takes the focus, so that it is read at once. */
function Summary(props: { outcome: Outcome; fields: readonly Field[]; words: Words }): JSX.Element {
  const { outcome, fields, words } = props;
  const element = useRef<HTMLDivElement>(null);
  const isWrong = outcome.faults.length > 0 || outcome.failure !== undefined;
  useEffect(() => {
    if (isWrong) element.current?.focus();
  }, [outcome]);
  return (
    <div ref={element} role="alert" tabIndex={-1} data-testid="summary">
      {isWrong && (
        <div class="alert">
          <strong>{words.refusedTitle}</strong>
          {outcome.failure !== undefined && <p>{outcome.failure}</p>}
          {outcome.faults.length > 0 && (
            <ul>
              {outcome.faults.map(({ property, message }) => (
                <li key={`${property} ${message}`}>
                  <FaultLink field={fieldAt(fields, property)} message={message} />
                </li>
              ))}
            </ul>
          )}
        </div>
      )}
    </div>
  );
}

/** A group that is closed would hide its field. */
function FaultLink({ field, message }: { field: Field | undefined; message: string }): JSX.Element {
  if (field === undefined) return <>{message}</>;
  const id = idOf(field.path);
  const reach = (event: Event): void => {
    event.preventDefault();
    const target = document.getElementById(id);
    for (let group = target?.closest('details'); group; group = group.parentElement?.closest('details') ?? null)
      group.open = true;
    target?.focus();
    target?.scrollIntoView({ block: 'center' });
  };
  return (
    <a href={`#${id}`} onClick={reach}>
      {`${field.label}: ${message}`}
    </a>
  );
}

function Warnings({ outcome, words }: { outcome: Outcome; words: Words }): JSX.Element | null {
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

/** The browser asks before it leaves a page with something typed. */
function useWarning(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isDirty]);
}
