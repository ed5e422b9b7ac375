/**
 * The switch to the other language. It is a link to this page in that language; here it changes the words alone, so that
 * nobody has to sign in again and nothing typed is lost. The page's address keeps the choice.
 */
import { useEffect, useState } from 'preact/hooks';
import type { Facts, Language, PageFacts } from './facts.js';

/** The facts in the language of now. */
export function useLanguage(facts: PageFacts): Facts {
  const [language, setLanguage] = useState(facts.language);
  useEffect(() => {
    const link = document.querySelector<HTMLAnchorElement>('.language');
    const follow = (event: MouseEvent): void => {
      // Whoever wants another tab gets it.
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      setLanguage(otherThan(language));
    };
    link?.addEventListener('click', follow);
    return () => link?.removeEventListener('click', follow);
  }, [language]);
  useEffect(() => {
    if (document.documentElement.lang !== language) relabel(language, facts);
  }, [language]);
  return { ...facts, language, words: facts.words[language] };
}

/** What stands around us, in its new words. */
function relabel(language: Language, { words }: PageFacts): void {
  const { title, skip, otherLanguage } = words[language];
  const other = otherThan(language);
  const address = new URL(location.href);
  address.searchParams.set('language', language);
  history.replaceState(history.state, '', address);
  document.documentElement.lang = language;
  document.title = title;
  say('.skip', skip);
  say('.name span', title);
  const link = say('.language', otherLanguage);
  link?.setAttribute('href', `?language=${other}`);
  link?.setAttribute('hreflang', other);
  link?.setAttribute('lang', other);
}

function say(selector: string, text: string): Element | null {
  const element = document.querySelector(selector);
  if (element !== null) element.textContent = text;
  return element;
}

function otherThan(language: Language): Language {
  return language === 'en' ? 'de' : 'en';
}
