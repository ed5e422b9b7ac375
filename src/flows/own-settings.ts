/**
 * The app's own settings as a form shows them, whatever the connector: their schema, and their words in English and German.
 * What may stand in them is checked in `domain/own-settings.ts`.
 */
import { CANCELS_OF_CAPTURED } from '../domain/own-settings.js';
import { OPTIONAL_MESSAGES } from '../domain/unwanted.js';
import type { FormTexts } from '../kit/form-texts.js';

const oneOf = (values: readonly string[]) => ({ anyOf: values.map((value) => ({ const: value })) });
const text = { type: 'string' };
const lines = { type: 'array', items: text };

/** JSON Schema, in the order of the form. */
export const OWN_SCHEMA = {
  type: 'object',
  properties: {
    returnUrlAllowList: lines,
    unwantedMessages: { type: 'array', items: oneOf(OPTIONAL_MESSAGES) },
    facade: {
      type: 'object',
      required: ['enabled'],
      properties: { enabled: { type: 'boolean', default: false }, origins: lines, jwksUri: text },
    },
    cancel: {
      type: 'object',
      properties: { captured: { ...oneOf(CANCELS_OF_CAPTURED), default: 'refuse' } },
    },
  },
} as const;

const say = (label: string, help: string) => ({ label, help });

const EN = {
  returnUrlAllowList: say(
    'Return addresses',
    'Origins to which customers and merchants may be sent back, such as https://shop.example. Empty: wherever the shop says.',
  ),
  unwantedMessages: {
    ...say(
      'Messages the shop can do without',
      'A shop that knows a message and does nothing with it stops at it for ever. What is ticked is not sent.',
    ),
    choices: {
      MerchantAppOnboardingStatusChanged: 'How far a merchant is (MerchantAppOnboardingStatusChanged)',
      PaymentCreated: 'A payment has begun (PaymentCreated)',
      PaymentOverpaid: 'Too much has arrived (PaymentOverpaid)',
      PaymentUnderpaid: 'Too little has arrived (PaymentUnderpaid)',
      PaymentUpdated: 'Something else about a payment (PaymentUpdated)',
      ReadyForMerchantAppOnboarding: 'Merchants can come (ReadyForMerchantAppOnboarding)',
      UpdatePaymentMethod: 'A payment method is different (UpdatePaymentMethod); it is then added anew',
    },
  },
  facade: say('Calls from browsers', 'For a shop with a checkout of its own, whose pages ask the app themselves.'),
  'facade.enabled': say('The shop’s pages may ask the app', 'Without it only the shop’s server may. Default: off.'),
  'facade.origins': say(
    'Origins of these pages',
    'Scheme, host and port, as browsers send them, such as https://shop.example.',
  ),
  'facade.jwksUri': say(
    'Keys of customers’ tokens',
    'Address of the public keys that the shop signs its customers’ tokens with. Empty: nobody looks into a token.',
  ),
  cancel: say('Cancellation', 'What becomes of an order that is canceled late.'),
  'cancel.captured': {
    ...say('When the money is taken already', 'What a cancel does then. Where it is refused, the shop may refund.'),
    choices: { refuse: 'Refuse the cancel', reverse: 'Give everything back' },
  },
};

const DE = {
  returnUrlAllowList: say(
    'Rücksprungadressen',
    'Ursprünge, zu denen Kundschaft und Händler zurückgeschickt werden dürfen, zum Beispiel https://shop.example. Leer: ' +
      'wohin der Shop es sagt.',
  ),
  unwantedMessages: {
    ...say(
      'Nachrichten, auf die der Shop verzichtet',
      'Ein Shop, der eine Nachricht kennt und nichts mit ihr anfängt, bleibt an ihr für immer stehen. Was angekreuzt ist, ' +
        'wird nicht gesendet.',
    ),
    choices: {
      MerchantAppOnboardingStatusChanged: 'Wie weit ein Händler ist (MerchantAppOnboardingStatusChanged)',
      PaymentCreated: 'Eine Zahlung hat begonnen (PaymentCreated)',
      PaymentOverpaid: 'Es ist zu viel angekommen (PaymentOverpaid)',
      PaymentUnderpaid: 'Es ist zu wenig angekommen (PaymentUnderpaid)',
      PaymentUpdated: 'Etwas anderes zu einer Zahlung (PaymentUpdated)',
      ReadyForMerchantAppOnboarding: 'Händler können kommen (ReadyForMerchantAppOnboarding)',
      UpdatePaymentMethod: 'Eine Zahlungsart ist anders (UpdatePaymentMethod); sie wird dann neu hinzugefügt',
    },
  },
  facade: say('Aufrufe aus dem Browser', 'Für einen Shop mit eigenem Checkout, dessen Seiten die App selbst fragen.'),
  'facade.enabled': say(
    'Seiten des Shops dürfen die App fragen',
    'Sonst darf es nur der Server des Shops. Standard: aus.',
  ),
  'facade.origins': say(
    'Ursprünge dieser Seiten',
    'Schema, Host und Port, wie Browser sie senden, zum Beispiel https://shop.example.',
  ),
  'facade.jwksUri': say(
    'Schlüssel der Kundentoken',
    'Adresse der öffentlichen Schlüssel, mit denen der Shop die Token seiner Kundschaft signiert. Leer: In ein Token ' +
      'schaut niemand hinein.',
  ),
  cancel: say('Storno', 'Was aus einer Bestellung wird, die spät storniert wird.'),
  'cancel.captured': {
    ...say(
      'Wenn das Geld schon eingezogen ist',
      'Was ein Storno dann tut. Wird er abgelehnt, kann der Shop erstatten.',
    ),
    choices: { refuse: 'Storno ablehnen', reverse: 'Alles zurückgeben' },
  },
};

const ORIGIN = 'host and port as browsers send them, such as https://shop.example';
const ORIGIN_DE = 'Host und Port sein, wie Browser sie senden, zum Beispiel https://shop.example';

/** Words of the fields, and what the checks say in German. */
export const OWN_TEXTS: FormTexts = {
  en: { fields: EN },
  de: {
    fields: DE,
    messages: {
      'must be an object': 'muss ein Objekt sein',
      'has an unknown member': 'enthält etwas Unbekanntes',
      'must be true or false': 'muss an oder aus sein',
      'must be a list of at most 50': 'muss eine Liste von höchstens 50 sein',
      [`must be https, ${ORIGIN}`]: `muss https, ${ORIGIN_DE}`,
      [`must be http or https, ${ORIGIN}`]: `muss http oder https, ${ORIGIN_DE}`,
      'must be an https URL of a public host, without user and fragment':
        'muss eine https-Adresse eines öffentlichen Hosts sein, ohne Benutzer und Fragment',
      [`must be a list of names out of ${OPTIONAL_MESSAGES.join(', ')}`]: `muss eine Liste von Namen sein, aus ${OPTIONAL_MESSAGES.join(', ')}`,
      'must be refuse or reverse': 'muss refuse oder reverse sein',
    },
  },
};
