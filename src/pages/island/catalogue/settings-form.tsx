/** The form of the settings: typed, tested, saved. Whatever goes wrong is said here, and nothing typed is lost. */
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { askSave, askTest, type Session } from './calls.js';
import { isConnected } from './cards.js';
import type { Catalogue, Facts, Words } from './facts.js';
import { draftOf, fieldsOf, flat, settingsOf, type Draft, type Field, type Typed } from './fields.js';
import { FieldRow, type FormState } from './inputs.js';
import { byField, NOTHING, outcomeOf, Summary, Warnings, type Outcome } from './outcome.js';

interface SettingsFormProps {
  facts: Facts;
  session: Session;
  catalogue: Catalogue;
  /** The token has ended. */
  onOver(): void;
  /** Reads everything again. */
  onSaved(): Promise<Catalogue | undefined>;
}

/** The form. */
export function SettingsForm(props: SettingsFormProps): JSX.Element {
  const { facts, catalogue } = props;
  const { words } = facts;
  const { name, choose, fields, own, state, outcome, work, submit } = useSettings(props);
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
      <Summary outcome={outcome} fields={[...fields, ...own]} words={words} />
      {catalogue.connectors.length > 1 && (
        <ConnectorChoice catalogue={catalogue} name={name} words={words} isBusy={state.isBusy} choose={choose} />
      )}
      <div key={name} class="settings-fields">
        {ordered(fields).map((field) => (
          <FieldRow key={field.path} field={field} state={state} />
        ))}
      </div>
      <section class="settings-fields own" aria-labelledby="own-title">
        <div>
          <h3 id="own-title">{words.own}</h3>
          <p class="help">{words.ownLead}</p>
        </div>
        {own.map((field) => (
          <FieldRow key={field.path} field={field} state={state} />
        ))}
      </section>
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
  /** By connector, so that a look at another one loses nothing; what is typed for every connector by no name. */
  const [drafts, setDrafts] = useState<Record<string, Draft>>({});
  const [outcome, setOutcome] = useState<Outcome>(NOTHING);
  const [work, setWork] = useState<'test' | 'save'>();
  const fields = fieldsNamed(catalogue, name);
  const own = fieldsOf({ ...catalogue.own, secrets: [] });
  const all = [...fields, ...own];
  const settings = catalogue.configuration;
  const draft = { ...draftOf(all, settings), ...drafts[''], ...drafts[name] };
  // What the app said was said in the other language.
  useEffect(() => setOutcome(NOTHING), [language]);
  useWarning(Object.keys(drafts).length > 0);
  const state: FormState = {
    words,
    draft,
    settings,
    faults: byField(all, outcome.faults, words),
    isBusy: work !== undefined,
    change: (path: string, typed: Typed) => {
      const owner = flat(own).some((field) => field.path === path) ? '' : name;
      setDrafts({ ...drafts, [owner]: { ...drafts[owner], [path]: typed } });
    },
  };
  const submit = async (what: 'test' | 'save'): Promise<void> => {
    const { told, wrong } = settingsOf(all, draft, settings);
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
  return { name, choose, fields, own, state, outcome, work, submit };
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

/** The browser asks before it leaves a page with something typed. */
function useWarning(isDirty: boolean): void {
  useEffect(() => {
    if (!isDirty) return undefined;
    const warn = (event: BeforeUnloadEvent): void => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [isDirty]);
}
