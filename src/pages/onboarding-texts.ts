/** Every word that a merchant reads on our pages, in English and German. `{psp}` is the payment service provider's name. */
import type { Locale } from '../contract/texts.js';
import type { OnboardingStatus } from '../domain/event.js';
import type { Notice } from './texts.js';

/** A status, or why none can be shown. */
export type OnboardingState = OnboardingStatus | 'unreachable' | 'unknown' | 'broken';

interface Words {
  title: string;
  skip: string;
  /** On the button, when the merchant has something to do, and when there is only something to see. */
  onward: string;
  details: string;
  /** On the button, when the way to the PSP was not found. */
  again: string;
  states: Readonly<Record<OnboardingState, Notice>>;
}

export const ONBOARDING: Readonly<Record<Locale, Words>> = {
  en: {
    title: 'Payouts to merchants',
    skip: 'Skip to content',
    onward: 'Continue at {psp}',
    details: 'Show your details at {psp}',
    again: 'Try again',
    states: {
      incomplete: { heading: 'A few details are still missing', text: 'Before money can be paid out to you, the payment service provider needs some details from you. You can go on where you stopped.' },
      pending: { heading: 'Your details are being checked', text: 'There is nothing left for you to do at the moment. You will be told as soon as money can be paid out to you.' },
      enabled: { heading: 'Money can be paid out to you', text: 'You may be asked for more details later.' },
      completed: { heading: 'Money can be paid out to you', text: 'Everything that is needed is there.' },
      'restricted soon': { heading: 'More details are needed soon', text: 'Please complete them in time, or payouts to you will stop.' },
      restricted: { heading: 'Payouts to you have stopped', text: 'Details are missing. As soon as they are there and checked, payouts go on.' },
      rejected: { heading: 'Your account was closed', text: 'The payment service provider has closed your account. Please contact the operator of the marketplace.' },
      unreachable: { heading: 'We cannot take you there right now', text: 'The payment service provider did not answer, or refused. Please try again in a moment.' },
      unknown: { heading: 'This link is not valid', text: 'It does not exist or is no longer available. Please start again in the merchant portal.' },
      broken: { heading: 'Something went wrong', text: 'We could not show this page. Please try again in a moment.' },
    },
  },
  de: {
    title: 'Auszahlungen an Händler',
    skip: 'Direkt zum Inhalt',
    onward: 'Weiter bei {psp}',
    details: 'Ihre Angaben bei {psp} ansehen',
    again: 'Noch einmal versuchen',
    states: {
      incomplete: { heading: 'Es fehlen noch einige Angaben', text: 'Bevor Geld an Sie ausgezahlt werden kann, braucht der Zahlungsdienstleister noch Angaben von Ihnen. Sie können dort weitermachen, wo Sie aufgehört haben.' },
      pending: { heading: 'Ihre Angaben werden geprüft', text: 'Im Moment müssen Sie nichts weiter tun. Sie erfahren, sobald Geld an Sie ausgezahlt werden kann.' },
      enabled: { heading: 'Geld kann an Sie ausgezahlt werden', text: 'Später werden vielleicht noch weitere Angaben gebraucht.' },
      completed: { heading: 'Geld kann an Sie ausgezahlt werden', text: 'Es ist alles da, was gebraucht wird.' },
      'restricted soon': { heading: 'Bald werden weitere Angaben gebraucht', text: 'Bitte ergänzen Sie diese rechtzeitig, sonst werden Auszahlungen an Sie angehalten.' },
      restricted: { heading: 'Auszahlungen an Sie sind angehalten', text: 'Es fehlen Angaben. Sobald sie da und geprüft sind, wird wieder ausgezahlt.' },
      rejected: { heading: 'Ihr Konto wurde geschlossen', text: 'Der Zahlungsdienstleister hat Ihr Konto geschlossen. Bitte wenden Sie sich an den Betreiber des Marktplatzes.' },
      unreachable: { heading: 'Wir können Sie gerade nicht weiterleiten', text: 'Der Zahlungsdienstleister hat nicht geantwortet oder abgelehnt. Bitte versuchen Sie es gleich noch einmal.' },
      unknown: { heading: 'Dieser Link ist ungültig', text: 'Es gibt ihn nicht oder nicht mehr. Bitte beginnen Sie im Händlerportal von vorn.' },
      broken: { heading: 'Etwas ist schiefgegangen', text: 'Diese Seite konnte nicht angezeigt werden. Bitte versuchen Sie es gleich noch einmal.' },
    },
  },
}; // prettier-ignore
