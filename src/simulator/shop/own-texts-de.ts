/** The texts of the shop's own checkouts in German. */
import type { OwnTexts } from './own-texts-en.js';

export const ownDe: OwnTexts = {
  ways: 'Wege zur Kasse',
  wayPage: 'Seite der App',
  wayHeadless: 'Im Shop',
  wayExpress: 'Wallet',
  headlessTitle: 'Hier bezahlen, im Shop',
  headlessLead:
    'Stripes Felder stehen in der Seite des Shops. Ändern Sie den Warenkorb, solange Sie wollen: Die Zahlung folgt, und eine Bestellung gibt es erst, wenn sie bezahlt ist.',
  expressTitle: 'Ein Druck, kein Formular',
  expressLead:
    'Eine Wallet weiß, wer Sie sind und wohin es geht. Der Shop sagt ihr, was das kostet, und erfährt Ihren Namen von der App.',
  expressShipping: 'Die Wallet fragt, wohin und wie versandt wird.',
  cart: 'Ihr Warenkorb',
  payment: 'Zahlung',
  paymentLoading: 'Wird geladen …',
  payHere: 'Bestellen und bezahlen',
  leave: 'Abbrechen',
  thanksTitle: 'Danke für Ihre Bestellung',
  deliverTo: 'Geht an',
  leftTitle: 'Sie haben abgebrochen',
  leftLead: 'Es wurde nichts abgebucht, die Zahlung ist storniert.',
  beginAgain: 'Neu beginnen',
  ownCheckout: {
    paid: 'Sie ist bezahlt und aufgenommen.',
    processing:
      'Die Bestellung ist aufgenommen. Ihre Bank arbeitet noch an der Zahlung; die Bestellung geht weiter, sobald sie da ist.',
    failed:
      'Die Zahlung ist nicht gelungen. Es wurde nichts abgebucht. Versuchen Sie es erneut oder mit einer anderen Zahlungsart.',
    notConfirmed: 'Die Bestellung wurde nicht angenommen, Ihr Geld ist wieder frei. ',
    notSaved: 'Der Shop ist nicht erreichbar. Ihre Zahlung ist sicher: Drücken Sie gleich noch einmal.',
    unreachable: 'Der Zahlungsdienst ist gerade nicht erreichbar. Versuchen Sie es erneut.',
    closed: 'Sie haben die Wallet geschlossen. Es wurde nichts abgebucht.',
    noWallets: 'Dieser Browser bietet keine Wallet an.',
    working: 'Einen Moment …',
  },
};
