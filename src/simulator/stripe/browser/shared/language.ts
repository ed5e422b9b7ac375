/** Which of our two languages a page or its visitor means. */
import type { Language } from './texts.js';

/** `de-AT` -> `de`; `auto` or nothing asks the browser; what has no texts here becomes English. */
export function languageOf(locale: string | undefined): Language {
  const wanted = !locale || locale === 'auto' ? navigator.language : locale;
  return wanted.toLowerCase().startsWith('de') ? 'de' : 'en';
}
