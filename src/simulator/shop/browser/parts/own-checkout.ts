/** What both checkouts of the shop's own do in the browser: ask the shop's server, show problems, say thanks. */
import type { CheckoutOptions, ExpressCart, PreOrderPaymentData, Quote } from '../../../../client/index.js';

export type Cart = ExpressCart & { quote: Quote };
export type Draft = Record<string, unknown>;

/** What was chosen for the buyer to read. */
export interface OwnTexts {
  paid: string;
  processing: string;
  failed: string;
  notConfirmed: string;
  notSaved: string;
  unreachable: string;
  closed: string;
  noWallets: string;
  working: string;
}

export interface Desk {
  form: HTMLFormElement;
  settings: CheckoutOptions;
  texts: OwnTexts;
  /** Where the shop sends to. */
  countries: string[];
}

/** An answer of the shop's server that is no success; its words are for the buyer. */
export class ShopError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The page's checkout of that kind; undefined on other pages, and while the app has announced no method. */
export function openDesk(kind: 'headless' | 'express'): Desk | undefined {
  const form = document.querySelector<HTMLFormElement>(`form[data-own=${kind}]`);
  if (form === null) return undefined;
  const settings = JSON.parse(form.dataset['settings'] ?? '{}') as CheckoutOptions;
  const texts = JSON.parse(form.dataset['texts'] ?? '{}') as OwnTexts;
  const countries = JSON.parse(form.dataset['countries'] ?? '[]') as string[];
  return settings.method === undefined ? undefined : { form, settings, texts, countries };
}

/** The fields of the form, as the shop's server reads them. */
export function draftOf({ form }: Desk): Draft {
  return Object.fromEntries(new FormData(form));
}

/** What the draft costs. Throws ShopError. */
export function priceOf(draft: Draft): Promise<Cart> {
  return ask<Cart>('/checkout/cart', draft);
}

export interface Placed {
  orderReference: string;
  review: { label: string; text: string }[];
}

/** Saves the order of a payment; the same again for the same payment. Throws ShopError, 409 when the app refuses. */
export function placeOrder(
  draft: Draft,
  preOrderPaymentData: PreOrderPaymentData | undefined,
  customer?: object,
): Promise<Placed> {
  return ask<Placed>('/checkout/orders', { draft, preOrderPaymentData, ...(customer && { customer }) });
}

async function ask<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
  const answer = (await response.json()) as { error?: string };
  if (!response.ok) throw new ShopError(response.status, answer.error ?? `HTTP ${response.status}`);
  return answer as T;
}

/** Shows what went wrong, beside the button; without words nothing is wrong any more. */
export function showProblem(words = ''): void {
  const place = document.getElementById('problem');
  if (place === null) return;
  place.textContent = words;
  place.hidden = words === '';
}

/** Says something that is no problem. */
export function showNotice(words = ''): void {
  const place = document.getElementById('notice');
  if (place === null) return;
  place.textContent = words;
  place.hidden = words === '';
}

/** The order is placed: the form gives way to the thanks. */
export function showThanks({ form }: Desk, lead: string, { orderReference, review }: Placed): void {
  const thanks = document.getElementById('thanks');
  if (thanks === null) return;
  const part = <E extends HTMLElement>(name: string) => thanks.querySelector<E>(`[data-thanks=${name}]`);
  showProblem();
  showNotice();
  form.hidden = true;
  thanks.dataset['order'] = orderReference;
  part('lead')?.replaceChildren(lead);
  part('review')?.replaceChildren(...review.flatMap(({ label, text }) => [inTag('dt', label), inTag('dd', text)]));
  part<HTMLAnchorElement>('order')?.setAttribute('href', `/orders/${encodeURIComponent(orderReference)}`);
  thanks.hidden = false;
  thanks.focus();
}

function inTag(name: string, text: string): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** Stripe's fields in the colors of the page, by day and by night. */
export function appearance(): object {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(name).trim();
  return {
    theme: 'stripe',
    variables: {
      colorPrimary: color('--accent'),
      colorBackground: color('--surface'),
      colorText: color('--ink'),
      colorTextSecondary: color('--soft'),
      colorDanger: color('--bad'),
      borderRadius: '11px',
    },
  };
}
