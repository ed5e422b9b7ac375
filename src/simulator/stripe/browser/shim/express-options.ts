/** Options of the Express Checkout Element and of its events, checked as Stripe.js checks them. */
import type { ButtonOptions, LineItem, SheetChange, SheetWishes, ShippingRate } from '../shared/express.js';
import { IntegrationError } from '../shared/errors.js';
import { checkOptions, optionalText, optionalWord, type Options } from './options.js';

const [SMALLEST, TALLEST, USUAL] = [40, 55, 44];

/** How the buttons look and which are wanted. Throws IntegrationError. */
export function readButtons(options: Options): ButtonOptions {
  const height = options['buttonHeight'] ?? USUAL;
  if (typeof height !== 'number' || height < SMALLEST || height > TALLEST) {
    throw new IntegrationError(`"buttonHeight" must be a number from ${SMALLEST} to ${TALLEST}.`);
  }
  const layout = checkOptions('layout', options['layout'] === 'auto' ? {} : options['layout']);
  const order = options['paymentMethodOrder'] ?? [];
  if (!Array.isArray(order)) throw new IntegrationError('"paymentMethodOrder" must be a list of payment methods.');
  const methods = checkOptions('paymentMethods', {
    ...asObject(options['wallets']),
    ...asObject(options['paymentMethods']),
  });
  for (const name of Object.keys(methods)) {
    const always = name === 'applePay' || name === 'googlePay' ? ['always'] : [];
    optionalWord(methods, name, ['auto', 'never', ...always]);
  }
  return {
    height,
    maxColumns: countOf(layout, 'maxColumns'),
    maxRows: countOf(layout, 'maxRows'),
    overflow: optionalWord(layout, 'overflow', ['auto', 'never']) ?? 'auto',
    order: order.map(String),
    show: methods as Record<string, string>,
    theme: checkOptions('buttonTheme', options['buttonTheme']) as Record<string, string>,
    type: checkOptions('buttonType', options['buttonType']) as Record<string, string>,
  };
}

const asObject = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});

/** Zero: as many as fit. */
function countOf(options: Options, name: string): number {
  const value = options[name] ?? 0;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  throw new IntegrationError(`layout: "${name}" must be a whole number.`);
}

const WISHES = [
  ...['emailRequired', 'phoneNumberRequired', 'billingAddressRequired', 'shippingAddressRequired'],
  ...['allowedShippingCountries', 'shippingRates', 'lineItems', 'business'],
] as const;

/** The wishes among options of the element, or those `click` is resolved with. Throws IntegrationError. */
export function readWishes(options: Options): SheetWishes {
  for (const name of WISHES.filter((wish) => wish.endsWith('Required'))) {
    if (options[name] !== undefined && typeof options[name] !== 'boolean') {
      throw new IntegrationError(`"${name}" must be true or false.`);
    }
  }
  const countries = options['allowedShippingCountries'];
  if (
    countries !== undefined &&
    !(Array.isArray(countries) && countries.every((code) => /^[A-Z]{2}$/.test(String(code))))
  ) {
    throw new IntegrationError('"allowedShippingCountries" must be a list of two-letter country codes.');
  }
  optionalText(checkOptions('business', options['business']), 'name');
  checkRates(options['shippingRates']);
  checkItems(options['lineItems']);
  const given = WISHES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
  return Object.fromEntries(given) as SheetWishes;
}

/** What a sheet is opened with: rates go with an address and an address with rates. Throws IntegrationError. */
export function openingWishes(wishes: SheetWishes, amount: number): SheetWishes {
  if (wishes.shippingRates && !wishes.shippingAddressRequired) {
    throw new IntegrationError('You must specify `shippingAddressRequired: true` when providing `shippingRates`.');
  }
  if (wishes.shippingAddressRequired && !wishes.shippingRates?.length) {
    throw new IntegrationError('When `shippingAddressRequired` is true, you must specify `shippingRates`.');
  }
  checkTotal(wishes.lineItems, amount);
  // Whoever asks for something particular and not for the billing address does not get it.
  const particular = Object.keys(wishes).length > 0;
  return { billingAddressRequired: !particular, ...wishes };
}

/** What an address or a rate is answered with. Throws IntegrationError. */
export function readChange(value: unknown, amount: number): Pick<SheetChange, 'lineItems' | 'shippingRates'> {
  const options = checkOptions('resolve() of a change', value);
  checkRates(options['shippingRates']);
  checkItems(options['lineItems']);
  const { lineItems, shippingRates } = options as { lineItems?: LineItem[]; shippingRates?: ShippingRate[] };
  checkTotal(lineItems, amount);
  return { ...(lineItems ? { lineItems } : {}), ...(shippingRates ? { shippingRates } : {}) };
}

function checkTotal(items: readonly LineItem[] | undefined, amount: number): void {
  const sum = (items ?? []).reduce((total, item) => total + item.amount, 0);
  if (sum <= amount) return;
  throw new IntegrationError(
    `The amount ${amount} is less than the total amount of the line items provided. Call elements.update({ amount }) first.`,
  );
}

function checkRates(value: unknown): void {
  for (const rate of listOf(value, 'shippingRates')) {
    const { id, amount, displayName } = checkOptions('shippingRate', rate);
    if (typeof id !== 'string' || typeof displayName !== 'string' || !isAmount(amount) || amount < 0) {
      throw new IntegrationError('A shipping rate has "id" and "displayName" (texts) and "amount" (0 or more).');
    }
  }
}

function checkItems(value: unknown): void {
  for (const item of listOf(value, 'lineItems')) {
    const { name, amount } = checkOptions('lineItem', item);
    if (typeof name === 'string' && isAmount(amount)) continue;
    throw new IntegrationError('A line item has "name" (a text) and "amount" (a whole number in minor units).');
  }
}

const isAmount = (value: unknown): value is number => Number.isInteger(value);

function listOf(value: unknown, name: string): unknown[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value;
  throw new IntegrationError(`"${name}" must be a list.`);
}
