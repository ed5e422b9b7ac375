/** Which language the demo shop speaks to whom. */
import { LANGUAGES, type Language } from './catalogue.js';
import { orderDe } from './order-texts-de.js';
import { orderEn, type OrderTexts } from './order-texts-en.js';
import { marketDe } from './market-texts-de.js';
import { marketEn, type MarketTexts } from './market-texts-en.js';
import { ownDe } from './own-texts-de.js';
import { ownEn, type OwnTexts } from './own-texts-en.js';
import { de } from './texts-de.js';
import { en, type Texts as ShopTexts } from './texts-en.js';

export type Texts = ShopTexts & OrderTexts & OwnTexts & MarketTexts;

const TEXTS: Readonly<Record<Language, Texts>> = {
  en: { ...en, ...orderEn, ...ownEn, ...marketEn },
  de: { ...de, ...orderDe, ...ownDe, ...marketDe },
};

/** Every text of the shop in that language. */
export function textsIn(language: Language): Texts {
  return TEXTS[language];
}

/** The first known language of a request: what the customer chose, else what the browser prefers, else English. */
export function chooseLanguage(chosen: readonly unknown[], acceptLanguage: string | undefined): Language {
  const preferred = (acceptLanguage ?? '')
    .split(',')
    .map((entry) => {
      const [tag = '', quality = ''] = entry.trim().split(';q=');
      return { tag: tag.slice(0, 2).toLowerCase(), weight: quality === '' ? 1 : Number(quality) };
    })
    .sort((a, b) => b.weight - a.weight)
    .map(({ tag }) => tag);
  const wanted = [...chosen, ...preferred];
  return wanted.flatMap((tag) => LANGUAGES.filter((language) => language === tag))[0] ?? 'en';
}
