/** What a PSP knows of the person who pays, in the words of a shop. What nobody told is absent; nothing is invented. */

export interface CustomerAddress {
  salutation?: string;
  firstName?: string;
  lastName?: string;
  middleName?: string;
  address1?: string;
  address2?: string;
  address3?: string;
  city?: string;
  zipCode?: string;
  state?: string;
  region?: string;
  /** ISO 3166 alpha-2. */
  country?: string;
  company?: string;
  email?: string;
  phone?: string;
  cellPhone?: string;
}

export interface Customer {
  salutation?: string;
  firstName?: string;
  lastName?: string;
  middleName?: string;
  gender?: string;
  dateOfBirth?: string;
  email?: string;
  username?: string;
  phone?: string;
  company?: string;
  /** The shop's form, such as `de_DE`. */
  locale?: string;
  billingAddress?: CustomerAddress;
  shippingAddress?: CustomerAddress;
}

/**
 * A name in one piece as first and last name: the last word is the last name, with the small words before it that belong
 * to it (`Ludwig van Beethoven`). A name of one word is a first name.
 */
export function splitName(name: string | undefined): { firstName?: string; lastName?: string } {
  const words = (name ?? '').split(/\s+/).filter((word) => word !== '');
  const [firstName] = words;
  if (firstName === undefined) return {};
  if (words.length === 1) return { firstName };
  let start = words.length - 1;
  while (start > 1 && PARTICLES.has((words[start - 1] ?? '').toLowerCase())) start -= 1;
  return { firstName: words.slice(0, start).join(' '), lastName: words.slice(start).join(' ') };
}

const PARTICLES: ReadonlySet<string> = new Set([
  'af', 'al', 'av', 'bin', 'da', 'das', 'de', 'del', 'della', 'den', 'der', 'di', 'do', 'dos', 'du', 'el', 'la', 'le',
  'ten', 'ter', 'van', 'von', 'zu', 'zum', 'zur',
]); // prettier-ignore

/** One customer over another: what the upper one does not know is the lower one's. Addresses are never mixed. */
export function overlaid(lower: Customer, upper: Customer): Customer {
  return { ...lower, ...upper };
}

/** True when nothing at all is known. */
export function isNobody(customer: Customer): boolean {
  return Object.keys(customer).length === 0;
}
