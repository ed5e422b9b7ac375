/** The fields about the customer, and how a field and a choice look. */
import { COUNTRIES, LANGUAGES } from '../catalogue.js';
import type { Draft, DraftProblem } from '../order.js';
import type { Texts } from '../texts.js';

interface CustomerProps {
  draft: Draft;
  problems: readonly DraftProblem[];
  texts: Texts;
}

/** Who buys. */
export function CustomerCard({ draft, problems, texts }: CustomerProps) {
  const { customer } = draft;
  return (
    <section class="card pad" aria-labelledby="customer-title">
      <h2 id="customer-title">{texts.customer}</h2>
      <div class="fields">
        <Field name="firstName" value={customer.firstName} complete="given-name" problems={problems} texts={texts} />
        <Field name="lastName" value={customer.lastName} complete="family-name" problems={problems} texts={texts} />
        <Field name="email" value={customer.email} complete="email" problems={problems} texts={texts} />
        <Choice
          name="country"
          label={texts.country}
          value={customer.country}
          options={COUNTRIES}
          labels={texts.countries}
        />
        <Choice
          name="locale"
          label={texts.payPageLanguage}
          value={draft.language}
          options={LANGUAGES}
          labels={texts.languages}
        />
      </div>
    </section>
  );
}

interface FieldProps {
  name: 'firstName' | 'lastName' | 'email';
  value: string;
  complete: string;
  problems: readonly DraftProblem[];
  texts: Texts;
}

function Field({ name, value, complete, problems, texts }: FieldProps) {
  const problem = problems.find(({ field }) => field === name);
  return (
    <div class="field">
      <label for={name}>{texts[name]}</label>
      <input
        id={name}
        name={name}
        type={name === 'email' ? 'email' : 'text'}
        value={value}
        autocomplete={complete}
        required
        aria-invalid={problem !== undefined}
        aria-describedby={problem && `${name}-problem`}
      />
      {problem && (
        <p class="field-problem" id={`${name}-problem`}>
          {texts[problem.text]}
        </p>
      )}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  name: string;
  label: string;
  value: T;
  options: readonly T[];
  labels: Readonly<Record<T, string>>;
}

/** One of a few values. */
export function Choice<T extends string>({ name, label, value, options, labels }: ChoiceProps<T>) {
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <select id={name} name={name}>
        {options.map((option) => (
          <option value={option} selected={option === value}>
            {labels[option]}
          </option>
        ))}
      </select>
    </div>
  );
}
