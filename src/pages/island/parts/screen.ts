/** What the customer sees and hears of the form: busy or ready, a status line, an alert that takes the focus. */

export interface Screen {
  form: HTMLFormElement;
  fields: HTMLElement;
  retry: HTMLButtonElement;
  /** Fields are there; the button may be pressed. */
  ready(): void;
  /** Nothing may be pressed; the text is read aloud politely. */
  busy(text: string, working: boolean): void;
  /** An error, focused. The form can be used again when `again`. */
  alert(text: string, again: boolean): void;
  /** Only a retry button is left of the form. */
  blocked(text: string): void;
  /** The status line alone. */
  say(text: string): void;
}

/** Binds the elements of the page. */
export function bindScreen(): Screen {
  const get = <E extends HTMLElement>(id: string): E => document.getElementById(id) as E;
  const [form, fields, alert, status] = [
    get<HTMLFormElement>('payment-form'),
    get('fields'),
    get('alert'),
    get('status'),
  ];
  const [pay, retry] = [get<HTMLButtonElement>('pay'), get<HTMLButtonElement>('retry')];
  const bones = get('bones');
  const say = (text: string): void => {
    status.textContent = text;
  };
  const setBusy = (busy: boolean, working: boolean): void => {
    form.setAttribute('aria-busy', String(busy));
    form.toggleAttribute('data-working', working);
    pay.disabled = busy;
  };
  const show = (text: string): void => {
    alert.textContent = text;
    alert.hidden = false;
    alert.focus();
  };
  return {
    form,
    fields,
    retry,
    ready() {
      bones.hidden = true;
      fields.dataset['ready'] = '';
      pay.hidden = false;
      retry.hidden = true;
      setBusy(false, false);
      say('');
    },
    busy(text, working) {
      alert.hidden = true;
      setBusy(true, working);
      say(text);
    },
    alert(text, again) {
      setBusy(!again, false);
      say('');
      show(text);
    },
    blocked(text) {
      bones.hidden = true;
      fields.dataset['ready'] = '';
      setBusy(true, false);
      form.setAttribute('aria-busy', 'false');
      pay.hidden = true;
      retry.hidden = false;
      say('');
      show(text);
    },
    say,
  };
}
