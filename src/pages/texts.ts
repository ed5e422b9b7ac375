/** Every word of the payment page, in English and German. `{name}` is filled in. */
import type { Locale } from '../contract/texts.js';
import type { PageState } from '../flows/payment-page.js';

const english = {
  title: 'Secure payment',
  skip: 'Skip to payment',
  heading: 'Complete your payment',
  testMode: 'Test mode',
  simulation: 'Simulation: no real money moves and no card is charged.',
  order: 'Your order',
  reference: 'Order {reference}',
  items: 'Items',
  showItems: 'Show order',
  each: '{quantity} × {price}',
  subtotal: 'Subtotal',
  discount: 'Discount',
  taxIncluded: 'Including tax',
  taxAdded: 'Tax',
  adjustment: 'Adjustment',
  total: 'Total',
  method: 'Payment details',
  pay: 'Pay {amount}',
  cancel: 'Cancel and return to the shop',
  back: 'Return to the shop',
  onward: 'Continue to the shop',
  card: 'Your payment details go straight to the payment provider. This page never sees them.',
  terms: 'Terms',
  privacy: 'Privacy',
  noScript: 'Paying needs JavaScript. Please switch it on in your browser and open this page again.',
  loading: 'Loading the payment form…',
  ready: 'The payment form is ready.',
  working: 'Your payment is being processed. Please do not close this page.',
  checking: 'Checking your payment…',
  slow: 'This takes longer than usual. You may close this page: the shop will tell you as soon as your payment is confirmed.',
  declined: 'The payment was declined and nothing was charged. Please try again or use another payment method.',
  failedTry: 'The payment did not go through and nothing was charged. Please try again.',
  wholeWindow:
    'This payment method continues on the site of its provider, so the payment page now has the whole window. Please go on here.',
  unreachable: 'We could not reach the payment service. Please check your connection and try again.',
  blocked:
    'The payment form could not be loaded. Please check your connection, allow scripts of the payment provider and try again.',
  tooMany: 'There were too many attempts. Please wait a while or return to the shop.',
  retry: 'Try again',
  expiring: 'This payment page expires in two minutes.',
  note: 'Note',
};

type Words = typeof english;

const german: Words = {
  title: 'Sichere Zahlung',
  skip: 'Direkt zur Zahlung',
  heading: 'Zahlung abschließen',
  testMode: 'Testmodus',
  simulation: 'Simulation: Es fließt kein echtes Geld und keine Karte wird belastet.',
  order: 'Ihre Bestellung',
  reference: 'Bestellung {reference}',
  items: 'Artikel',
  showItems: 'Bestellung anzeigen',
  each: '{quantity} × {price}',
  subtotal: 'Zwischensumme',
  discount: 'Rabatt',
  taxIncluded: 'Darin enthaltene Steuer',
  taxAdded: 'Steuer',
  adjustment: 'Verrechnung',
  total: 'Gesamtbetrag',
  method: 'Zahlungsdaten',
  pay: '{amount} bezahlen',
  cancel: 'Abbrechen und zurück zum Shop',
  back: 'Zurück zum Shop',
  onward: 'Weiter zum Shop',
  card: 'Ihre Zahlungsdaten gehen direkt an den Zahlungsdienstleister. Diese Seite bekommt sie nie zu sehen.',
  terms: 'AGB',
  privacy: 'Datenschutz',
  noScript:
    'Zum Bezahlen wird JavaScript benötigt. Bitte schalten Sie es im Browser ein und öffnen Sie diese Seite erneut.',
  loading: 'Das Zahlungsformular wird geladen…',
  ready: 'Das Zahlungsformular ist bereit.',
  working: 'Ihre Zahlung wird verarbeitet. Bitte schließen Sie diese Seite nicht.',
  checking: 'Ihre Zahlung wird geprüft…',
  slow: 'Das dauert länger als üblich. Sie können diese Seite schließen: Der Shop meldet sich, sobald Ihre Zahlung bestätigt ist.',
  declined:
    'Die Zahlung wurde abgelehnt, es wurde nichts abgebucht. Bitte versuchen Sie es erneut oder wählen Sie eine andere Zahlungsart.',
  failedTry: 'Die Zahlung ist nicht zustande gekommen, es wurde nichts abgebucht. Bitte versuchen Sie es erneut.',
  wholeWindow:
    'Diese Zahlungsart geht auf der Seite ihres Anbieters weiter, deshalb hat die Zahlungsseite jetzt das ganze Fenster. Bitte fahren Sie hier fort.',
  unreachable: 'Der Zahlungsdienst ist nicht erreichbar. Bitte prüfen Sie Ihre Verbindung und versuchen Sie es erneut.',
  blocked:
    'Das Zahlungsformular konnte nicht geladen werden. Bitte prüfen Sie Ihre Verbindung, erlauben Sie Skripte des Zahlungsdienstleisters und versuchen Sie es erneut.',
  tooMany: 'Es gab zu viele Versuche. Bitte warten Sie eine Weile oder kehren Sie zum Shop zurück.',
  retry: 'Erneut versuchen',
  expiring: 'Diese Zahlungsseite läuft in zwei Minuten ab.',
  note: 'Hinweis',
};

export const WORDS: Readonly<Record<Locale, Words>> = { en: english, de: german };

/** What a page without a form says. */
export interface Notice {
  heading: string;
  text: string;
}

export type NoticeState = Exclude<PageState, 'payable'> | 'unknown' | 'incomplete' | 'broken';

export const NOTICES: Readonly<Record<Locale, Readonly<Record<NoticeState, Notice>>>> = {
  en: {
    processing: { heading: 'Your payment is being processed', text: 'Your bank or payment provider is still working on it. There is nothing left for you to do: the shop will tell you as soon as it is confirmed.' },
    paid: { heading: 'Thank you, your payment was received', text: 'The shop has been told about your payment.' },
    failed: { heading: 'The payment was not completed', text: 'This payment was not successful. Please return to the shop to try again or to choose another payment method.' },
    canceled: { heading: 'The payment was canceled', text: 'This payment was canceled and cannot be continued.' },
    expired: { heading: 'This payment page has expired', text: 'For your safety a payment page is open for a limited time only. Please return to the shop and start again.' },
    closed: { heading: 'This payment cannot be made right now', text: 'The shop cannot take this payment at the moment. You were not charged. Please return to the shop or try again later.' },
    unknown: { heading: 'This link is not valid', text: 'This payment page does not exist or is no longer available. Please return to the shop and start again.' },
    incomplete: { heading: 'This link is incomplete', text: 'Something is missing from the address of this page. Please return to the shop and start again.' },
    broken: { heading: 'Something went wrong', text: 'We could not show this page. Please try again in a moment.' },
  },
  de: {
    processing: { heading: 'Ihre Zahlung wird verarbeitet', text: 'Ihre Bank oder der Zahlungsdienstleister arbeitet noch daran. Sie müssen nichts weiter tun: Der Shop meldet sich, sobald die Zahlung bestätigt ist.' },
    paid: { heading: 'Vielen Dank, Ihre Zahlung ist eingegangen', text: 'Der Shop wurde über Ihre Zahlung informiert.' },
    failed: { heading: 'Die Zahlung wurde nicht abgeschlossen', text: 'Diese Zahlung war nicht erfolgreich. Bitte kehren Sie zum Shop zurück, um es erneut zu versuchen oder eine andere Zahlungsart zu wählen.' },
    canceled: { heading: 'Die Zahlung wurde abgebrochen', text: 'Diese Zahlung wurde abgebrochen und kann nicht fortgesetzt werden.' },
    expired: { heading: 'Diese Zahlungsseite ist abgelaufen', text: 'Zu Ihrer Sicherheit ist eine Zahlungsseite nur begrenzte Zeit geöffnet. Bitte kehren Sie zum Shop zurück und beginnen Sie erneut.' },
    closed: { heading: 'Diese Zahlung ist gerade nicht möglich', text: 'Der Shop kann diese Zahlung im Moment nicht annehmen. Es wurde nichts abgebucht. Bitte kehren Sie zum Shop zurück oder versuchen Sie es später erneut.' },
    unknown: { heading: 'Dieser Link ist ungültig', text: 'Diese Zahlungsseite gibt es nicht oder nicht mehr. Bitte kehren Sie zum Shop zurück und beginnen Sie erneut.' },
    incomplete: { heading: 'Dieser Link ist unvollständig', text: 'In der Adresse dieser Seite fehlt etwas. Bitte kehren Sie zum Shop zurück und beginnen Sie erneut.' },
    broken: { heading: 'Etwas ist schiefgegangen', text: 'Diese Seite konnte nicht angezeigt werden. Bitte versuchen Sie es gleich noch einmal.' },
  },
}; // prettier-ignore

/** Words the browser code shows. */
export const BROWSER_WORDS = [
  'loading', 'ready', 'working', 'checking', 'slow', 'declined', 'failedTry', 'wholeWindow', 'unreachable', 'blocked', 'tooMany', 'expiring',
] as const satisfies readonly (keyof Words)[]; // prettier-ignore
