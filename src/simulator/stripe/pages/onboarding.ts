/** The page an account link leads to: the merchant gives what is asked for, and a person at the desk says how it ends. */
import type { Simulation } from '../core/simulation.js';
import { standingOf } from '../resources/account-standing.js';
import { findLink, finishLink, mayOpen, openLink } from '../resources/account-links.js';
import type { OpenedLink } from '../resources/account-links.js';
import { json } from '../server/wire.js';
import type { WireAnswer, WireRequest } from '../server/wire.js';
import { escaped, languageOf, page, seeOther } from './frame.js';
import type { Language } from './frame.js';

const CHOICES = ['complete', 'more_later', 'pending', 'restricted', 'rejected', 'leave'] as const;
type Choice = (typeof CHOICES)[number];

interface Texts {
  mark: string;
  title: string;
  text: string;
  account: string;
  country: string;
  open: string;
  nothing: string;
  others: string;
  unknown: string;
  buttons: Record<Choice, string>;
  hints: Partial<Record<Choice, string>>;
  due: Record<string, string>;
}

const TEXTS: Record<Language, Texts> = {
  en: {
    mark: 'Merchant account',
    title: 'Set up your account',
    text: 'A marketplace wants to pay you. Here you would give your details; in the simulation you choose how it ends.',
    account: 'Account',
    country: 'Country',
    open: 'Still asked for',
    nothing: 'Nothing',
    others: 'Other endings',
    unknown: 'There is no such link.',
    buttons: {
      complete: 'Submit everything',
      more_later: 'Submit, more is due later',
      pending: 'Submit, still being checked',
      restricted: 'Submit without a readable document',
      rejected: 'Submit and be rejected',
      leave: 'Back without finishing',
    },
    hints: {
      more_later: 'Payouts work; a document is due within 14 days.',
      pending: 'Payouts work two seconds later.',
      restricted: 'No payouts until there is a better document.',
      rejected: 'No payouts, for good.',
    },
    due: {
      'individual.first_name': 'First name',
      'individual.last_name': 'Last name',
      'individual.dob.day': 'Date of birth',
      'individual.id_number': 'Identification number',
      'individual.verification.document': 'Identity document',
      external_account: 'Bank account',
      'tos_acceptance.date': 'Terms of service',
    },
  },
  de: {
    mark: 'Händlerkonto',
    title: 'Konto einrichten',
    text: 'Ein Marktplatz möchte Sie auszahlen. Hier würden Sie Ihre Angaben machen; in der Simulation wählen Sie, wie es ausgeht.',
    account: 'Konto',
    country: 'Land',
    open: 'Noch gefragt',
    nothing: 'Nichts',
    others: 'Andere Ausgänge',
    unknown: 'Diesen Link gibt es nicht.',
    buttons: {
      complete: 'Alles einreichen',
      more_later: 'Einreichen, später wird mehr fällig',
      pending: 'Einreichen, wird noch geprüft',
      restricted: 'Einreichen ohne lesbares Dokument',
      rejected: 'Einreichen und abgelehnt werden',
      leave: 'Ohne Abschluss zurück',
    },
    hints: {
      more_later: 'Auszahlungen sind möglich; ein Dokument wird in 14 Tagen fällig.',
      pending: 'Auszahlungen sind zwei Sekunden später möglich.',
      restricted: 'Keine Auszahlungen, bis ein besseres Dokument da ist.',
      rejected: 'Endgültig keine Auszahlungen.',
    },
    due: {
      'individual.first_name': 'Vorname',
      'individual.last_name': 'Nachname',
      'individual.dob.day': 'Geburtsdatum',
      'individual.id_number': 'Identifikationsnummer',
      'individual.verification.document': 'Ausweisdokument',
      external_account: 'Bankkonto',
      'tos_acceptance.date': 'Nutzungsbedingungen',
    },
  },
};

/** The token of `/_sim/connect/onboarding/<token>`; undefined for any other path. */
export const onboardingOf = (path: string): string | undefined =>
  /^\/_sim\/connect\/onboarding\/(\w+)$/.exec(path)?.[1];

const unknown = (language: Language): WireAnswer => ({
  ...page(language, TEXTS[language].title, `<h1>${TEXTS[language].unknown}</h1>`),
  status: 404,
});

/** Opens the link and shows the page. A link that was opened before, or waited too long, leads to its refresh address. */
export function showOnboarding(sim: Simulation, request: WireRequest, token: string): WireAnswer {
  const language = languageOf(request);
  const found = findLink(sim, token);
  if (!found) return unknown(language);
  if (!mayOpen(sim, found)) return seeOther(found.link.refreshUrl);
  const session = openLink(sim, found);
  const shown = page(language, TEXTS[language].title, content(language, found, session));
  const policy = `${String(shown.headers['content-security-policy'])}; frame-ancestors 'none'`;
  return { ...shown, headers: { ...shown.headers, 'content-security-policy': policy } };
}

function content(language: Language, { link, row }: OpenedLink, session: string): string {
  const texts = TEXTS[language];
  const name = row.displayName ?? row.profile.name ?? row.registeredName ?? row.email ?? row.id;
  const country = new Intl.DisplayNames([language], { type: 'region' }).of(row.country) ?? row.country;
  const due = standingOf(row).due.map((one) => `<li>${escaped(texts.due[one.v1] ?? one.v1)}</li>`);
  const open = due.length === 0 ? texts.nothing : `<ul>${due.join('')}</ul>`;
  const button = (outcome: Choice, look: string): string => {
    const hint = texts.hints[outcome];
    const described = hint === undefined ? '' : ` aria-describedby="hint-${outcome}"`;
    const below = hint === undefined ? '' : `<p class="hint" id="hint-${outcome}">${hint}</p>`;
    return `<div><button class="${look}" name="outcome" value="${outcome}"${described}>${texts.buttons[outcome]}</button>${below}</div>`;
  };
  const others = (['more_later', 'pending', 'restricted', 'rejected'] as const).map((each) => button(each, 'no'));
  return `<div class="mark connect">${texts.mark}</div><h1>${texts.title}</h1><p>${texts.text}</p>
<dl class="tall"><dt>${texts.account}</dt><dd>${escaped(name)}</dd><dt>${texts.country}</dt><dd>${escaped(country)}</dd><dt>${texts.open}</dt><dd>${open}</dd></dl>
<form class="choices" method="post" action="/_sim/connect/onboarding/${link.id}?locale=${language}"><input type="hidden" name="session" value="${session}">
${button('complete', 'yes')}<h2>${texts.others}</h2>${others.join('')}${button('leave', 'quiet')}</form>`;
}

/**
 * Takes the choice, once, from the page that was opened (or from a test that never opened it), and sends the browser to
 * the return address: also when it leaves, for coming back does not mean that anything is finished.
 */
export function decideOnboarding(sim: Simulation, request: WireRequest, token: string): WireAnswer {
  const found = findLink(sim, token);
  if (!found) return unknown(languageOf(request));
  const outcome = CHOICES.find((each) => each === request.body.outcome);
  if (!outcome) return json(400, { error: { message: `outcome is ${CHOICES.join(', ')}` } });
  const { link, row } = found;
  const isOpen = link.session !== null && link.session === request.body.session && !row.closed && !row.deauthorized;
  if (link.finished || !(isOpen || mayOpen(sim, found))) return seeOther(link.refreshUrl);
  return seeOther(finishLink(sim, found, outcome === 'leave' ? null : outcome));
}
