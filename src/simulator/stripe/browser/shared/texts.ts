/** Every word the simulated payment form and its dialogs show, in English and German. */

const en = {
  simulation: 'Simulation',
  noMoney: 'Use a test card. No money moves.',
  noMoneyAtAll: 'No money moves.',
  noMoneyAccount: 'Use a test account. No money moves.',
  frameTitle: 'Payment details (simulation)',
  methods: 'Payment method',
  card: 'Card',
  customer_balance: 'Bank transfer',
  ideal: 'iDEAL',
  klarna: 'Klarna',
  paypal: 'PayPal',
  sepa_debit: 'SEPA Direct Debit',
  testCard: 'Fill in a test card',
  chooseTestCard: 'Choose a test card…',
  testAccount: 'Fill in a test account',
  chooseTestAccount: 'Choose a test account…',
  iban: 'IBAN',
  name: 'Name of the account holder',
  email: 'Email',
  number: 'Card number',
  expiry: 'Expiry date',
  expiryHint: 'MM / YY',
  cvc: 'Security code',
  cvcHint: 'CVC',
  country: 'Country or region',
  chooseCountry: 'Choose…',
  postalCode: 'Postal code',
  challengeTitle: 'Your bank wants to check that it is you',
  challengeClose: 'Close and cancel the check',
  redirectNote: 'After you confirm, you go to the page of {method} to approve the payment, and come back here.',
  transferNote: 'After you confirm, you see where to send the money from your bank. The order waits until it arrives.',
  mandate:
    'With your IBAN and this confirmation you allow {business} and Stripe, its payment provider, to send instructions to your bank to debit your account, and your bank to follow them. You may ask your bank for a refund within eight weeks after the debit.',
  theShop: 'the shop',
  transferTitle: 'Pay by bank transfer',
  transferText: 'Send this amount from your bank. Write the reference exactly as it is here.',
  transferAmount: 'Amount',
  transferHolder: 'Recipient',
  transferReference: 'Reference',
  transferHosted: 'Open the instructions on their own page',
  transferDone: 'Done',
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',
  loading: 'Loading…',
  incomplete_number: 'The card number is not complete.',
  invalid_number: 'This card number is not valid.',
  incomplete_expiry: 'The expiry date is not complete.',
  invalid_expiry_month: 'The month must be between 01 and 12.',
  invalid_expiry_year_past: 'The card has expired: the date is in the past.',
  incomplete_cvc: 'The security code is not complete.',
  incomplete_country: 'Please choose a country.',
  incomplete_zip: 'The postal code is not complete.',
  incomplete_iban: 'The IBAN is not complete.',
  invalid_iban: 'This IBAN is not valid.',
  incomplete_name: 'Please give the name.',
  incomplete_email: 'Please give the email address.',
  invalid_email: 'This email address is not complete.',
  payment_method_invalid_parameter_testmode:
    'The simulation takes test accounts only. Please choose one from the menu.',
  payment_intent_payment_attempt_failed: 'The payment did not succeed. Please try again or choose another method.',
  payment_method_provider_decline: 'The payment was declined. Please choose another payment method.',
  card_declined: 'The card was declined. Please try another card.',
  insufficient_funds: 'There is not enough money on this card. Please try another card.',
  lost_card: 'The card was declined. Please try another card.',
  stolen_card: 'The card was declined. Please try another card.',
  expired_card: 'The card has expired. Please try another card.',
  incorrect_cvc: 'The security code is wrong.',
  processing_error: 'The card could not be charged because of a technical problem. Please try again in a moment.',
  payment_intent_authentication_failure:
    'The check by your bank did not succeed. Please try again or use another card.',
  api_connection_error: 'There is no connection to the payment provider. Please try again.',
  api_error: 'The payment provider has a technical problem. Please try again.',
};

export type TextKey = keyof typeof en;
export type Texts = Readonly<Record<TextKey, string>>;

const de: Texts = {
  simulation: 'Simulation',
  noMoney: 'Testkarte verwenden. Es fließt kein Geld.',
  noMoneyAtAll: 'Es fließt kein Geld.',
  noMoneyAccount: 'Testkonto verwenden. Es fließt kein Geld.',
  frameTitle: 'Zahlungsdaten (Simulation)',
  methods: 'Zahlungsart',
  card: 'Karte',
  customer_balance: 'Überweisung',
  ideal: 'iDEAL',
  klarna: 'Klarna',
  paypal: 'PayPal',
  sepa_debit: 'SEPA-Lastschrift',
  testCard: 'Testkarte eintragen',
  chooseTestCard: 'Testkarte wählen …',
  testAccount: 'Testkonto eintragen',
  chooseTestAccount: 'Testkonto wählen …',
  iban: 'IBAN',
  name: 'Name des Kontoinhabers',
  email: 'E-Mail',
  number: 'Kartennummer',
  expiry: 'Gültig bis',
  expiryHint: 'MM / JJ',
  cvc: 'Prüfnummer',
  cvcHint: 'CVC',
  country: 'Land oder Region',
  chooseCountry: 'Bitte wählen …',
  postalCode: 'Postleitzahl',
  challengeTitle: 'Ihre Bank möchte prüfen, ob Sie es sind',
  challengeClose: 'Schließen und Prüfung abbrechen',
  redirectNote:
    'Nach dem Bestätigen geben Sie die Zahlung auf der Seite von {method} frei und kommen danach hierher zurück.',
  transferNote:
    'Nach dem Bestätigen sehen Sie, wohin Sie das Geld überweisen. Die Bestellung wartet, bis es angekommen ist.',
  mandate:
    'Mit Ihrer IBAN und dieser Bestätigung erlauben Sie {business} und Stripe als Zahlungsdienstleister, Ihre Bank anzuweisen, Ihr Konto zu belasten, und Ihrer Bank, diesen Anweisungen zu folgen. Sie können innerhalb von acht Wochen nach der Belastung von Ihrer Bank die Erstattung verlangen.',
  theShop: 'dem Shop',
  transferTitle: 'Per Überweisung bezahlen',
  transferText: 'Überweisen Sie diesen Betrag. Übernehmen Sie den Verwendungszweck genau so, wie er hier steht.',
  transferAmount: 'Betrag',
  transferHolder: 'Empfänger',
  transferReference: 'Verwendungszweck',
  transferHosted: 'Die Angaben auf einer eigenen Seite öffnen',
  transferDone: 'Fertig',
  copy: 'Kopieren',
  copied: 'Kopiert',
  close: 'Schließen',
  loading: 'Wird geladen …',
  incomplete_number: 'Die Kartennummer ist unvollständig.',
  invalid_number: 'Diese Kartennummer ist ungültig.',
  incomplete_expiry: 'Das Ablaufdatum ist unvollständig.',
  invalid_expiry_month: 'Der Monat muss zwischen 01 und 12 liegen.',
  invalid_expiry_year_past: 'Die Karte ist abgelaufen: Das Datum liegt in der Vergangenheit.',
  incomplete_cvc: 'Die Prüfnummer ist unvollständig.',
  incomplete_country: 'Bitte wählen Sie ein Land.',
  incomplete_zip: 'Die Postleitzahl ist unvollständig.',
  incomplete_iban: 'Die IBAN ist unvollständig.',
  invalid_iban: 'Diese IBAN ist ungültig.',
  incomplete_name: 'Bitte geben Sie den Namen an.',
  incomplete_email: 'Bitte geben Sie die E-Mail-Adresse an.',
  invalid_email: 'Diese E-Mail-Adresse ist unvollständig.',
  payment_method_invalid_parameter_testmode:
    'Die Simulation nimmt nur Testkonten. Bitte wählen Sie eines aus dem Menü.',
  payment_intent_payment_attempt_failed:
    'Die Zahlung war nicht erfolgreich. Bitte versuchen Sie es noch einmal oder wählen Sie eine andere Zahlungsart.',
  payment_method_provider_decline: 'Die Zahlung wurde abgelehnt. Bitte wählen Sie eine andere Zahlungsart.',
  card_declined: 'Die Karte wurde abgelehnt. Bitte verwenden Sie eine andere Karte.',
  insufficient_funds: 'Die Karte ist nicht ausreichend gedeckt. Bitte verwenden Sie eine andere Karte.',
  lost_card: 'Die Karte wurde abgelehnt. Bitte verwenden Sie eine andere Karte.',
  stolen_card: 'Die Karte wurde abgelehnt. Bitte verwenden Sie eine andere Karte.',
  expired_card: 'Die Karte ist abgelaufen. Bitte verwenden Sie eine andere Karte.',
  incorrect_cvc: 'Die Prüfnummer ist falsch.',
  processing_error:
    'Die Karte konnte wegen eines technischen Problems nicht belastet werden. Bitte versuchen Sie es gleich noch einmal.',
  payment_intent_authentication_failure:
    'Die Prüfung durch Ihre Bank war nicht erfolgreich. Bitte versuchen Sie es noch einmal oder verwenden Sie eine andere Karte.',
  api_connection_error: 'Der Zahlungsanbieter ist nicht erreichbar. Bitte versuchen Sie es noch einmal.',
  api_error: 'Beim Zahlungsanbieter gibt es ein technisches Problem. Bitte versuchen Sie es noch einmal.',
};

export type Language = 'en' | 'de';

const TEXTS: Readonly<Record<Language, Texts>> = { en, de };

/** The texts of a language. */
export function textsIn(language: Language): Texts {
  return TEXTS[language];
}

/** The localized message for an error of the API, by decline code, code or type; else the API's own message. */
export function messageFor(language: Language, error: { [key: string]: unknown }): string | undefined {
  const texts = TEXTS[language];
  for (const key of [error['decline_code'], error['code'], error['type']]) {
    if (typeof key === 'string' && Object.hasOwn(texts, key)) return texts[key as TextKey];
  }
  return typeof error['message'] === 'string' ? error['message'] : undefined;
}
