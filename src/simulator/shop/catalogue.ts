/** What the demo shop sells, in which currencies, to which countries and how it ships. Prices are minor units. */

export const CURRENCIES = ['EUR', 'USD', 'JPY'] as const;
export type Currency = (typeof CURRENCIES)[number];

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

export const COUNTRIES = ['DE', 'AT', 'CH', 'FR', 'GB', 'NL', 'US', 'JP'] as const;
export type Country = (typeof COUNTRIES)[number];

export type Prices = Readonly<Record<Currency, number>>;

export interface Product {
  sku: string;
  name: Readonly<Record<Language, string>>;
  about: Readonly<Record<Language, string>>;
  price: Prices;
}

export const PRODUCTS: readonly Product[] = [
  {
    sku: 'mug',
    name: { en: 'Enamel mug', de: 'Emaillebecher' },
    about: { en: 'Holds half a liter and a fall', de: 'Hält einen halben Liter und jeden Sturz aus' },
    price: { EUR: 1800, USD: 1950, JPY: 2900 },
  },
  {
    sku: 'lantern',
    name: { en: 'Storm lantern', de: 'Sturmlaterne' },
    about: { en: 'Burns on when the wind turns', de: 'Brennt weiter, wenn der Wind dreht' },
    price: { EUR: 4900, USD: 5400, JPY: 7900 },
  },
  {
    sku: 'blanket',
    name: { en: 'Wool blanket', de: 'Wolldecke' },
    about: { en: 'Woven from coastal sheep wool', de: 'Gewebt aus der Wolle von Deichschafen' },
    price: { EUR: 8900, USD: 9800, JPY: 14500 },
  },
  {
    sku: 'raincoat',
    name: { en: 'Raincoat', de: 'Regenjacke' },
    about: { en: 'Yellow, as it has to be', de: 'Gelb, wie es sich gehört' },
    price: { EUR: 12900, USD: 13900, JPY: 21000 },
  },
  {
    sku: 'print',
    name: { en: 'Lighthouse print', de: 'Leuchtturmdruck' },
    about: { en: 'Three colors on heavy paper', de: 'Drei Farben auf schwerem Papier' },
    price: { EUR: 3500, USD: 3800, JPY: 5600 },
  },
  {
    sku: 'boat',
    name: { en: 'Paper boat set', de: 'Papierschiffchen' },
    about: { en: 'Twelve sheets, folds in a minute', de: 'Zwölf Bögen, in einer Minute gefaltet' },
    price: { EUR: 950, USD: 1050, JPY: 1500 },
  },
];

export const SHIPPINGS = ['standard', 'express', 'pickup'] as const;
export type Shipping = (typeof SHIPPINGS)[number];

export const SHIPPING_COSTS: Readonly<Record<Shipping, Prices>> = {
  standard: { EUR: 490, USD: 550, JPY: 800 },
  express: { EUR: 1290, USD: 1450, JPY: 2200 },
  pickup: { EUR: 0, USD: 0, JPY: 0 },
};

/** What sending costs more to other countries, where a wallet says only then where it goes. */
const ABROAD: Prices = { EUR: 700, USD: 750, JPY: 1100 };
const HOME: Country = 'DE';

/** How the shop sends to a country, the usual way first: nobody comes to the harbor from abroad. */
export function shippingsTo(country: Country, currency: Currency): { shipping: Shipping; cost: number }[] {
  const isHome = country === HOME;
  return SHIPPINGS.filter((shipping) => isHome || shipping !== 'pickup').map((shipping) => ({
    shipping,
    cost: SHIPPING_COSTS[shipping][currency] + (isHome ? 0 : ABROAD[currency]),
  }));
}

/** Units of one product in one order. */
export const MAX_QUANTITY = 9;

/** The product with that number, if we sell it. */
export function findProduct(sku: string): Product | undefined {
  return PRODUCTS.find((product) => product.sku === sku);
}
