/** The language of the page: an explicit setting, else the order's, else the browser's, else English. */
import { localeOf, type Locale } from '../contract/texts.js';
import { readPath, type Tenant } from '../domain/tenant.js';

export interface PageLocale {
  /** Language of our texts. */
  language: Locale;
  /** Whole tag for numbers and for the PSP's fields, such as `de-AT`. */
  tag: string;
}

/** `orderLocale` is the shop's, such as `de_DE`. */
export function pageLocale(
  tenant: Pick<Tenant, 'settings'> | undefined,
  orderLocale: string | undefined,
  acceptLanguage: string | undefined,
): PageLocale {
  const settings = tenant?.settings ?? {};
  const wishes = [readPath(settings, 'page.locale'), readPath(settings, 'locale')];
  // `auto` is a wish as well: the browser's language, whatever the order says.
  const explicit = wishes.find((wish) => typeof wish === 'string' && (wish === 'auto' || isSpoken(wish)));
  const candidates = explicit === 'auto' ? [] : [explicit, orderLocale];
  const chosen = candidates.find((tag): tag is string => typeof tag === 'string' && isSpoken(tag));
  if (chosen !== undefined) return localeFrom(chosen);
  return localeFrom(localeOf(acceptLanguage));
}

function isSpoken(tag: string): boolean {
  return /^(en|de)([-_]|$)/i.test(tag.trim());
}

function localeFrom(tag: string): PageLocale {
  const language = localeOf(tag.trim());
  try {
    const [canonical = language] = Intl.getCanonicalLocales(tag.trim().replace('_', '-'));
    return { language, tag: canonical };
  } catch {
    return { language, tag: language };
  }
}
