/** Customers on the wire: what a shop tells of one, and the form in which it reads one. */
import { Type, type Static } from 'typebox';
import type { Customer, CustomerAddress } from '../domain/customer.js';
import { camelCase } from './normalize.js';
import { FreeMap, Nullable } from './shapes.js';

export const CustomerBody = Type.Object({
  customerPaymentServiceProviderData: Type.Optional(
    FreeMap('What the PSP gave the front-end: `transactionId`, or for Stripe also `confirmationTokenId`.'),
  ),
  customer: Type.Optional(FreeMap('What the shop knows already; what the PSP knows is laid over it.')),
});
export type CustomerBody = Static<typeof CustomerBody>;

const NAMES = ['salutation', 'firstName', 'lastName', 'middleName'] as const;
const PERSON = [
  ...NAMES, 'gender', 'dateOfBirth', 'email', 'username', 'phone', 'company', 'locale',
] as const; // prettier-ignore
const ADDRESS = [
  ...NAMES, 'address1', 'address2', 'address3', 'city', 'zipCode', 'state', 'region', 'country', 'company', 'email',
  'phone', 'cellPhone',
] as const; // prettier-ignore

const texts = (names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, Nullable(Type.String())] as const));

const AddressAnswer = Type.Object(
  {
    ...texts(ADDRESS),
    country: Nullable(Type.String({ description: 'ISO 3166 alpha-2.' })),
    iso2Code: Nullable(Type.String({ description: 'The same as `country`.' })),
  },
  { additionalProperties: false },
);

/** All members are always present; what nobody knows is null. */
export const CustomerAnswer = Type.Object(
  {
    isSuccessful: Type.Literal(true),
    statusCode: Type.Null(),
    message: Type.Null(),
    customer: Type.Object(
      { ...texts(PERSON), billingAddress: Nullable(AddressAnswer), shippingAddress: Nullable(AddressAnswer) },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false },
);
export type CustomerAnswer = Static<typeof CustomerAnswer>;

/** The answer that tells a customer, on every door that tells one. */
export function customerAnswer(customer: Customer): object {
  return {
    isSuccessful: true,
    statusCode: null,
    message: null,
    customer: {
      ...whole(PERSON, customer),
      billingAddress: addressAnswer(customer.billingAddress),
      shippingAddress: addressAnswer(customer.shippingAddress),
    },
  };
}

function addressAnswer(address: CustomerAddress | undefined): object | null {
  // Shops of different age read the country under different names.
  return address === undefined ? null : { ...whole(ADDRESS, address), iso2Code: address.country ?? null };
}

function whole(names: readonly string[], of: object): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, (of as Record<string, unknown>)[name] ?? null]));
}

/** What a shop told of a customer: known members that are text, in either spelling; anything else is left out. */
export function toCustomer(told: Readonly<Record<string, unknown>> | undefined): Customer {
  const given = members(told);
  const billingAddress = toAddress(given.get('billingAddress'));
  const shippingAddress = toAddress(given.get('shippingAddress'));
  return {
    ...textsOf(PERSON, given),
    ...(billingAddress === undefined ? {} : { billingAddress }),
    ...(shippingAddress === undefined ? {} : { shippingAddress }),
  };
}

/** Older shops tell addresses as lists of one, and the country as an object. */
function toAddress(told: unknown): CustomerAddress | undefined {
  const given = members(Array.isArray(told) ? (told[0] as unknown) : told);
  const country = members(given.get('country')).get('iso2Code') ?? given.get('country') ?? given.get('iso2Code');
  const address = textsOf(ADDRESS, new Map([...given, ['country', country]]));
  return Object.keys(address).length === 0 ? undefined : address;
}

function members(told: unknown): Map<string, unknown> {
  if (typeof told !== 'object' || told === null) return new Map();
  return new Map(Object.entries(told).map(([name, value]) => [camelCase(name), value]));
}

function textsOf(names: readonly string[], given: ReadonlyMap<string, unknown>): Record<string, string> {
  const entries = names.map((name) => [name, given.get(name)] as const);
  const filled = entries.filter((entry): entry is readonly [string, string] => {
    const [, value] = entry;
    return typeof value === 'string' && value.trim() !== '';
  });
  return Object.fromEntries(filled);
}

/** The PSP's own data as plain text by camelCase name; what is empty or no text is absent. */
export function toPspData(told: Readonly<Record<string, unknown>> | undefined): Record<string, string> {
  const given = members(told);
  return textsOf([...given.keys()], given);
}
