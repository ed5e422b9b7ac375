/**
 * The sandbox's part of the hosted page, in the browser: three radio buttons, and which of them was chosen.
 * Its texts are its own, because nobody else needs them.
 */

interface Mount {
  element: HTMLElement;
  /** What `mountData` of the connector gave. */
  mountData: { choices?: unknown };
  /** `en`, `de` or a longer tag such as `de-CH`. */
  locale: string;
  /** `complete` says whether there is a choice to submit. */
  on: { ready(): void; change(complete: boolean): void };
}

export interface ChoiceIsland {
  /** Resolves with the choice; the page posts it to the app. */
  submit(): Promise<{ outcome: 'choice'; choice: string }>;
  destroy(): void;
}

const TEXTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  en: {
    legend: 'Test payment: what should happen?',
    pay: 'Pay',
    decline: 'Decline the payment',
    cancel: 'Cancel the payment',
    none: 'Paying here is switched off.',
  },
  de: {
    legend: 'Testzahlung: Was soll geschehen?',
    pay: 'Bezahlen',
    decline: 'Zahlung ablehnen',
    cancel: 'Zahlung abbrechen',
    none: 'Bezahlen ist hier abgeschaltet.',
  },
};

let mounted = 0;

/** Draws the choices into the element; the first one is chosen. Labels are clickable, arrow keys move the choice. */
export function mount({ element, mountData, locale, on }: Mount): ChoiceIsland {
  const texts = TEXTS[locale.slice(0, 2).toLowerCase()] ?? TEXTS['en']!;
  const offered: unknown[] = Array.isArray(mountData.choices) ? mountData.choices : [];
  const choices = offered.filter((choice): choice is string => typeof choice === 'string');
  mounted += 1;
  const name = `sandbox-choice-${mounted}`;
  const inputs = choices.map((choice, index) => radio(`${name}-${choice}`, name, choice, index === 0));
  const fieldset = draw(texts, inputs);
  const current = () => inputs.find((input) => input.checked)?.value;
  const changed = () => on.change(current() !== undefined);
  fieldset.addEventListener('change', changed);
  element.replaceChildren(fieldset);
  on.ready();
  changed();
  return {
    async submit() {
      const choice = current();
      if (choice === undefined) throw new Error(texts['none']);
      return { outcome: 'choice', choice };
    },
    destroy() {
      fieldset.removeEventListener('change', changed);
      fieldset.remove();
    },
  };
}

/** Elements and texts only, never HTML from a string: what the server sends must not become markup. */
function draw(texts: Readonly<Record<string, string>>, inputs: HTMLInputElement[]): HTMLElement {
  if (inputs.length === 0) {
    const note = document.createElement('p');
    note.textContent = texts['none'] ?? '';
    return note;
  }
  const fieldset = document.createElement('fieldset');
  fieldset.className = 'sandbox-choice';
  const legend = document.createElement('legend');
  legend.textContent = texts['legend'] ?? '';
  const rows = inputs.map((input) => {
    const row = document.createElement('div');
    const label = document.createElement('label');
    label.htmlFor = input.id;
    label.textContent = texts[input.value] ?? input.value;
    row.className = 'sandbox-choice-row';
    row.append(input, label);
    return row;
  });
  fieldset.append(legend, ...rows);
  return fieldset;
}

function radio(id: string, name: string, value: string, checked: boolean): HTMLInputElement {
  const input = document.createElement('input');
  Object.assign(input, { type: 'radio', id, name, value, checked });
  return input;
}
