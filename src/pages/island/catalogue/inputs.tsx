/** One field of the form: its label, its input, its help, and what is wrong with it. */
import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { fill, type Words } from './facts.js';
import { idOf, stored, type Draft, type Field, type Typed } from './fields.js';

export interface FormState {
  words: Words;
  draft: Draft;
  settings: Record<string, unknown>;
  /** By dotted path. */
  faults: ReadonlyMap<string, string[]>;
  isBusy: boolean;
  change(path: string, typed: Typed): void;
}

/** A field, or a group of fields behind a line to click on. */
export function FieldRow({ field, state }: { field: Field; state: FormState }): JSX.Element {
  if (field.kind === 'group') return <Group field={field} state={state} />;
  if (field.kind === 'flag') return <Switch field={field} state={state} />;
  if (field.kind === 'several') return <Several field={field} state={state} />;
  return (
    <div class="field" data-path={field.path}>
      <label for={idOf(field.path)}>
        {field.label} <Mark field={field} words={state.words} />
      </label>
      <Input field={field} state={state} />
      <Help field={field} state={state} />
    </div>
  );
}

function Mark({ field, words }: { field: Field; words: Words }): JSX.Element | null {
  return field.required ? <small class="required">{words.required}</small> : null;
}

/** Opens by itself when something in it is wrong. */
function Group({ field, state }: { field: Field; state: FormState }): JSX.Element {
  const isWrong = [...state.faults.keys()].some((path) => path === field.path || path.startsWith(`${field.path}.`));
  const element = useRef<HTMLDetailsElement>(null);
  // Once open it stays so: what was wrong is looked at again when it is right.
  useLayoutEffect(() => {
    if (isWrong && element.current !== null) element.current.open = true;
  }, [isWrong, state.faults]);
  const id = idOf(field.path);
  return (
    <details ref={element} class="group" data-path={field.path}>
      <summary id={id} {...(state.faults.has(field.path) ? { 'aria-describedby': `${id}-fault` } : {})}>
        <span class="group-name">{field.label}</span>
        <small>{field.help}</small>
      </summary>
      <div class="group-fields">
        <Faults field={field} state={state} />
        {field.fields.map((inner) => (
          <FieldRow key={inner.path} field={inner} state={state} />
        ))}
      </div>
    </details>
  );
}

/** What ties an input to its help and its faults. */
function ties(field: Field, { faults }: FormState) {
  const isWrong = faults.has(field.path);
  const id = idOf(field.path);
  return {
    id,
    'aria-describedby': isWrong ? `${id}-fault ${id}-help` : `${id}-help`,
    ...(isWrong ? { 'aria-invalid': true as const } : {}),
    ...(field.required && field.kind !== 'flag' ? { 'aria-required': true as const } : {}),
  };
}

function Input({ field, state }: { field: Field; state: FormState }): JSX.Element {
  const { path, kind } = field;
  const typed = state.draft[path];
  const told = (event: { currentTarget: { value: string } }): void => state.change(path, event.currentTarget.value);
  const common = { ...ties(field, state), value: String(typed ?? ''), readOnly: state.isBusy };
  if (kind === 'choice') return <Choice field={field} state={state} />;
  if (kind === 'secret') return <Secret field={field} state={state} />;
  if (kind === 'lines' || kind === 'json') {
    const rows = Math.min(10, Math.max(3, common.value.split('\n').length));
    return <textarea {...common} rows={rows} spellcheck={false} onInput={told} />;
  }
  const type = kind === 'number' ? 'number' : 'text';
  const placeholder = field.default === undefined ? undefined : String(field.default);
  return (
    <input {...common} type={type} placeholder={placeholder} autocomplete="off" spellcheck={false} onInput={told} />
  );
}

function Choice({ field, state }: { field: Field; state: FormState }): JSX.Element {
  const { words } = state;
  const typed = String(state.draft[field.path] ?? '');
  const isFixed = field.required && field.choices.length === 1;
  const called = (value: string): string => field.choices.find((one) => one.value === value)?.label ?? value;
  const { default: otherwise } = field;
  const nothing = otherwise === undefined ? words.notSet : fill(words.byDefault, 'value', called(String(otherwise)));
  // What is stored stays to be seen, also when it is no longer offered.
  const isKnown = typed === '' || field.choices.some(({ value }) => value === typed);
  return (
    <select
      {...ties(field, state)}
      value={typed}
      disabled={state.isBusy}
      onChange={({ currentTarget }) => state.change(field.path, currentTarget.value)}
    >
      {!isFixed && <option value="">{nothing}</option>}
      {!isKnown && <option value={typed}>{typed}</option>}
      {field.choices.map(({ value, label }) => (
        <option key={value} value={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

/** Empty means unchanged. Only a secret that is not required can be taken away. */
function Secret({ field, state }: { field: Field; state: FormState }): JSX.Element {
  const { words } = state;
  const typed = state.draft[field.path];
  const kept = stored(state.settings, field.path);
  const isKept = typeof kept === 'string' && kept !== '';
  return (
    <div class="secret">
      <input
        {...ties(field, state)}
        type="password"
        autocomplete="new-password"
        spellcheck={false}
        value={typed === null ? '' : String(typed ?? '')}
        placeholder={isKept && typed !== null ? kept : ''}
        readOnly={state.isBusy || typed === null}
        onInput={({ currentTarget }) => state.change(field.path, currentTarget.value)}
      />
      {isKept && !field.required && (
        <button
          type="button"
          class="small"
          disabled={state.isBusy}
          onClick={() => state.change(field.path, typed === null ? '' : null)}
        >
          {fill(typed === null ? words.keepSecret : words.removeSecret, 'label', field.label)}
        </button>
      )}
    </div>
  );
}

function Switch({ field, state }: { field: Field; state: FormState }): JSX.Element {
  return (
    <div class="field" data-path={field.path}>
      <label class="switch" for={idOf(field.path)}>
        <input
          {...ties(field, state)}
          type="checkbox"
          role="switch"
          checked={state.draft[field.path] === true}
          disabled={state.isBusy}
          onChange={({ currentTarget }) => state.change(field.path, currentTarget.checked)}
        />
        <span>{field.label}</span>
      </label>
      <Help field={field} state={state} />
    </div>
  );
}

function Several({ field, state }: { field: Field; state: FormState }): JSX.Element {
  const chosen = (state.draft[field.path] ?? []) as string[];
  const { id, 'aria-describedby': described, ...isWrong } = ties(field, state);
  const turn = (choice: string, isOn: boolean): void =>
    state.change(
      field.path,
      field.choices.map(({ value }) => value).filter((one) => (one === choice ? isOn : chosen.includes(one))),
    );
  return (
    <fieldset class="field several" data-path={field.path} id={id} tabIndex={-1} aria-describedby={described}>
      <legend>{field.label}</legend>
      <div class="boxes">
        {field.choices.map(({ value, label }) => (
          <label key={value}>
            <input
              {...isWrong}
              type="checkbox"
              checked={chosen.includes(value)}
              disabled={state.isBusy}
              onChange={({ currentTarget }) => turn(value, currentTarget.checked)}
            />
            <span>{label}</span>
          </label>
        ))}
      </div>
      <Help field={field} state={state} />
    </fieldset>
  );
}

function Help({ field, state }: { field: Field; state: FormState }): JSX.Element {
  const { words } = state;
  const more = { lines: words.linesHelp, json: words.jsonHelp }[field.kind as string];
  return (
    <>
      <Faults field={field} state={state} />
      <p class="help" id={`${idOf(field.path)}-help`}>
        {[field.help, more, secretNote(field, state)].filter(Boolean).join(' ')}
      </p>
    </>
  );
}

function secretNote({ kind, path }: Field, { words, draft, settings }: FormState): string | undefined {
  const kept = stored(settings, path);
  if (kind !== 'secret' || typeof kept !== 'string' || kept === '') return undefined;
  return draft[path] === null ? words.secretRemoved : fill(words.secretKept, 'value', kept);
}

function Faults({ field, state }: { field: Field; state: FormState }): JSX.Element | null {
  const faults = state.faults.get(field.path);
  if (faults === undefined) return null;
  return (
    <p class="fault" id={`${idOf(field.path)}-fault`}>
      {faults.join(', ')}
    </p>
  );
}
