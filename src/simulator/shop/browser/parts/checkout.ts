/** The checkout form: steppers, prices in the chosen currency and sums. The server computes everything again. */

/** Brings the checkout form to life, if the page has one. */
export function adoptCheckout(page: Document): void {
  const form = page.querySelector<HTMLFormElement>('[data-checkout]');
  if (form === null) return;
  form.addEventListener('click', (event) => step(event.target));
  form.addEventListener('input', () => showSums(form));
  showSums(form);
}

function step(target: EventTarget | null): void {
  const button = target instanceof Element ? target.closest<HTMLElement>('[data-step]') : null;
  const field = button && document.getElementById(button.dataset['for'] ?? '');
  if (!button || !(field instanceof HTMLInputElement)) return;
  const wanted = (Number(field.value) || 0) + Number(button.dataset['step']);
  field.value = String(Math.min(Number(field.max), Math.max(0, wanted)));
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

function showSums(form: HTMLFormElement): void {
  const currency = String(new FormData(form).get('currency'));
  const price = (element: HTMLElement) => Number(JSON.parse(element.dataset['prices'] ?? '{}')[currency] ?? 0);
  let subtotal = 0;
  for (const field of form.querySelectorAll<HTMLInputElement>('input[type=number]')) {
    const quantity = Math.max(0, Math.floor(Number(field.value) || 0));
    subtotal += price(field) * quantity;
    field.closest('.product')?.classList.toggle('chosen', quantity > 0);
  }
  const chosen = form.querySelector<HTMLInputElement>('input[name=shipping]:checked');
  const shipping = chosen === null ? 0 : price(chosen);
  for (const tag of form.querySelectorAll<HTMLElement>('[data-told]')) {
    tag.textContent = String(JSON.parse(tag.dataset['told'] ?? '{}')[currency] ?? '');
  }
  const sums: Record<string, number> = { subtotal, shipping, total: subtotal + shipping };
  for (const element of form.querySelectorAll<HTMLElement>('[data-sum]')) {
    element.textContent = money(sums[element.dataset['sum'] ?? ''] ?? 0, currency, form.dataset['locale'] ?? 'en');
  }
}

function money(minor: number, currency: string, locale: string): string {
  const digits = currency === 'JPY' ? 0 : 2;
  const style = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale, style).format(minor / 10 ** digits);
}
