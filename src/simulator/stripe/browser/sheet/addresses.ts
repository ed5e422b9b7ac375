/** The addresses of the sheet: two that are prepared, and one the buyer writes. */
import type { FullAddress } from '../shared/express.js';

export interface Contact {
  name: string;
  email: string;
  phone: string;
  address: FullAddress;
}

/** Whom the wallets know. Nobody lives there. */
export const CONTACTS: readonly Contact[] = [
  {
    name: 'Jenny Rosen',
    email: 'jenny@example.com',
    phone: '+49 30 901820',
    address: {
      line1: 'Musterstraße 12',
      line2: null,
      postal_code: '10115',
      city: 'Berlin',
      state: '',
      country: 'DE',
    },
  },
  {
    name: 'Ada Berger',
    email: 'ada@example.com',
    phone: '+43 1 58858',
    address: { line1: 'Ringstraße 4', line2: null, postal_code: '1010', city: 'Wien', state: '', country: 'AT' },
  },
];

/** An address on one line, as it stands in a list. */
export function oneLine(address: FullAddress, countryName: string): string {
  const { line1, postal_code, city, state } = address;
  return [line1, `${postal_code} ${city}`.trim(), state, countryName].filter((part) => part !== '').join(', ');
}
