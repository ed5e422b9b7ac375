/** What a form calls the settings for Stripe: labels in English and German, help and faults in German. */
import type { FormTexts } from '../../kit/index.js';
import { MESSAGES_DE } from './messages-de.js';

/** Where the last word of the path says too little. */
const EN = {
  accountId: { label: 'Stripe account' },
  connection: { label: 'Whose keys' },
  mode: { label: 'Environment' },
  webhook: { label: 'Webhooks' },
  'webhook.mode': { label: 'Registration' },
  'webhook.secret': { label: 'Signing secret' },
  'webhook.secretPrevious': { label: 'Signing secret before' },
  'webhook.connectSecret': { label: 'Signing secret, connected accounts' },
  'webhook.connectSecretPrevious': { label: 'Signing secret before, connected accounts' },
  'webhook.thinSecret': { label: 'Signing secret, event destination' },
  'webhook.thinSecretPrevious': { label: 'Signing secret before, event destination' },
  'paymentMethods.source': { label: 'Which are offered' },
  'paymentMethods.list': { label: 'Types' },
  'paymentMethods.exposeIndividually': { label: 'One method each' },
  paymentMethodConfigurationId: { label: 'Payment method configuration' },
  'capture.mode': { label: 'When money is taken' },
  'capture.perMethod': { label: 'By type' },
  'capture.hoursBeforeExpiry': { label: 'Hours before expiry' },
  connect: { label: 'Merchants' },
  'connect.apiGeneration': { label: 'Interface' },
  'connect.feesCollector': { label: 'Fees' },
  'connect.lossesCollector': { label: 'Losses' },
  'connect.onboarding.url': { label: 'Address' },
  'transfers.requireSourceTransaction': { label: 'Only from the payment itself' },
  'bankTransfer.graceDays': { label: 'Days of grace' },
  headless: { label: 'In the shop’s own checkout' },
  expressMethods: { label: 'Express buttons' },
  domains: { label: 'Hosts of wallets' },
  threeDS: { label: '3-D Secure' },
  statementDescriptorSuffix: { label: 'Card statement' },
  page: { label: 'Payment page' },
  'page.logoUrl': { label: 'Logo' },
  'page.faviconUrl': { label: 'Icon' },
  'page.primaryColor': { label: 'Colour' },
  'page.termsUrl': { label: 'Terms' },
  'page.privacyUrl': { label: 'Privacy notice' },
  'page.frameAncestors': { label: 'May be framed by' },
  'page.locale': { label: 'Language' },
} as const;

const say = (label: string, help: string) => ({ label, help });

const DE = {
  businessModel: say(
    'Geschäftsmodell',
    'Ob der Shop selbst verkauft (direct) oder für Händler (marketplace). Standard: direct.',
  ),
  connection: say('Wessen Schlüssel', 'Wessen Stripe-Schlüssel verwendet werden. Standard: own_keys.'),
  mode: say('Umgebung', 'Zu welchem der beiden Stripe-Modi die Schlüssel gehören. Standard: test.'),
  accountId: say(
    'Stripe-Konto',
    'Kennung des Kontos (acct_…). Ist sie angegeben, muss der geheime Schlüssel dazu gehören.',
  ),
  secretKey: say('Geheimer Schlüssel', 'Geheimer oder eingeschränkter Schlüssel (sk_… oder rk_…) dieser Umgebung.'),
  publishableKey: say('Veröffentlichbarer Schlüssel', 'Schlüssel (pk_…) desselben Kontos und derselben Umgebung.'),
  webhook: say('Webhooks', 'Wie uns Stripe sagt, was geschehen ist.'),
  'webhook.mode': say('Registrierung', 'managed: Wir registrieren unsere Adresse bei Stripe. Standard: managed.'),
  'webhook.secret': say('Signaturgeheimnis', 'Geheimnis (whsec_…) eines von Hand registrierten Endpunkts.'),
  'webhook.secretPrevious': say('Vorheriges Signaturgeheimnis', 'Das vorherige, solange es gewechselt wird.'),
  'webhook.connectSecret': say(
    'Signaturgeheimnis, verbundene Konten',
    'Von einem von Hand registrierten Endpunkt für verbundene Konten.',
  ),
  'webhook.connectSecretPrevious': say('Vorheriges, verbundene Konten', 'Das vorherige.'),
  'webhook.thinSecret': say(
    'Signaturgeheimnis, Ereignisziel',
    'Von einem von Hand angelegten Ereignisziel für Konten.',
  ),
  'webhook.thinSecretPrevious': say('Vorheriges, Ereignisziel', 'Das vorherige.'),
  paymentMethods: say('Zahlungsarten', 'Zahlungsarten, die Kundinnen und Kunden angeboten werden.'),
  'paymentMethods.source': say(
    'Welche angeboten werden',
    'Die aus dem Stripe-Dashboard, nur die aufgelisteten, oder alle außer diesen.',
  ),
  'paymentMethods.list': say('Typen', 'Typen von Stripe, zum Beispiel card.'),
  'paymentMethods.exposeIndividually': say(
    'Jede einzeln',
    'Eine Zahlungsart im Shop je aufgelistetem Typ. Standard: aus.',
  ),
  paymentMethodConfigurationId: say(
    'Zahlungsarten-Konfiguration',
    'Konfiguration (pmc_…) des Stripe-Dashboards; nicht zusammen mit einer Liste.',
  ),
  capture: say('Einzug', 'Wann und wie Geld eingezogen wird.'),
  'capture.mode': say('Wann Geld eingezogen wird', 'manual: auf Anweisung des Shops. Standard: manual.'),
  'capture.perMethod': say('Je Typ', 'Ein anderer Zeitpunkt für einzelne Typen.'),
  'capture.strategy': say(
    'Vorgehen',
    'single_final: ein Einzug, den Rest gibt Stripe frei. deferred_sum: Einzüge von Teilen warten auf die letzte Position ' +
      'und werden als eine Summe eingezogen. multi: mehrere Einzüge, wenn Ihr Stripe-Tarif sie hat. Standard: single_final.',
  ),
  'capture.hoursBeforeExpiry': say(
    'Stunden vor Ablauf',
    'So lange vor dem Ende der Reservierung wird Aufgeschobenes eingezogen. Standard: 24.',
  ),
  'capture.extendedAuthorization': say(
    'Längere Reservierung',
    'Um eine längere Reservierung von Karten bitten, wo es sie gibt. Standard: aus.',
  ),
  'capture.overcapture': say(
    'Mehr als reserviert',
    'Um das Recht bitten, mehr als reserviert einzuziehen, wo es das gibt. Standard: aus.',
  ),
  connect: say('Händler', 'Konten der Händler eines Marktplatzes.'),
  'connect.apiGeneration': say(
    'Schnittstelle',
    'Welche der beiden Schnittstellen von Stripe für Konten verwendet wird. Standard: v2.',
  ),
  'connect.defaultCountry': say('Land', 'Land der Händler, bis sie ihres nennen. Standard: DE.'),
  'connect.contactEmail': say(
    'E-Mail-Adresse',
    'Dorthin schreibt Stripe über einen Händler, bis er seine angegeben hat; v2 braucht im Live-Betrieb eine.',
  ),
  'connect.feesCollector': say('Gebühren', 'Wer die Gebühren von Stripe bei Händlern erhebt. Standard: application.'),
  'connect.lossesCollector': say('Verluste', 'Wer Verluste von Händlern trägt. Standard: application.'),
  'connect.dashboard': say('Dashboard', 'Welches Dashboard von Stripe Händler bekommen. Standard: express.'),
  'connect.onboarding': say('Anmeldung', 'Wie Händler beginnen.'),
  'connect.onboarding.strategy': say(
    'Weg',
    'Was dem Shop gesagt wird: uns zu fragen, oder Ihre Adresse. Standard: api.',
  ),
  'connect.onboarding.url': say('Adresse', 'Wo Händler beginnen, bei redirect und iframe.'),
  'connect.onboarding.answers': say('Antwort', 'Wie ein Shop, der fragt, Händler weiterschickt. Standard: redirect.'),
  transfers: say('Auszahlungen', 'Anteile der Händler eines Marktplatzes.'),
  'transfers.requireSourceTransaction': say(
    'Nur aus der Zahlung selbst',
    'Eine Auszahlung ablehnen, deren Geld nicht aus der Zahlung selbst kommen kann, weil sie in einer anderen Währung ' +
      'gebucht wurde. Standard: aus, dann kommt es aus Ihrem Guthaben.',
  ),
  bankTransfer: say('Überweisung', 'Zahlung per Überweisung; sie muss im Stripe-Dashboard aktiv sein.'),
  'bankTransfer.country': say(
    'Land',
    'Land der angezeigten Kontonummern. Ist es gesetzt, werden Überweisungen in Euro angeboten.',
  ),
  'bankTransfer.graceDays': say(
    'Wartetage',
    'So viele Tage wird nach einer Teilzahlung auf den Rest gewartet. Standard: 7.',
  ),
  headless: say(
    'Im Checkout des Shops',
    'Der Shop zeigt die Felder von Stripe selbst, statt unserer Zahlungsseite. Standard: aus.',
  ),
  expressMethods: say('Express-Knöpfe', 'Knöpfe für Eilige, als eigene Zahlungsart. Standard: keine.'),
  domains: say(
    'Hosts der Wallets',
    'Hostnamen des Shops, auf denen Wallets gezeigt werden, zum Beispiel shop.example. Standard: keine.',
  ),
  threeDS: say('3-D Secure', 'Wann 3-D Secure verlangt wird. Standard: automatic, durch Stripe.'),
  statementDescriptorSuffix: say(
    'Kartenabrechnung',
    'Worte hinter Ihrem Namen auf der Abrechnung, mit dem Namen höchstens 22 Zeichen.',
  ),
  receiptEmails: say('Quittung per E-Mail', 'Stripe schickt der Kundschaft eine Quittung. Standard: aus.'),
  locale: say('Sprache der Felder', 'Sprache der Felder von Stripe: auto, shop oder ein Sprachkürzel. Standard: shop.'),
  page: say('Zahlungsseite', 'Die Zahlungsseite.'),
  'page.appearance': say('Aussehen', 'Aussehen der Felder von Stripe. Standard: stripe.'),
  'page.title': say('Titel', 'Name im Kopf der Seite. Standard: keiner.'),
  'page.logoUrl': say('Logo', 'Adresse eines Bildes für den Kopf.'),
  'page.faviconUrl': say('Symbol', 'Adresse des Bildes im Reiter des Browsers.'),
  'page.primaryColor': say('Farbe', 'Farbe der Knöpfe und der Felder von Stripe, als #rrggbb.'),
  'page.termsUrl': say('AGB', 'Adresse Ihrer Bedingungen, unter dem Formular verlinkt.'),
  'page.privacyUrl': say('Datenschutz', 'Adresse Ihrer Datenschutzhinweise, unter dem Formular verlinkt.'),
  'page.frameAncestors': say(
    'Darf eingebettet werden von',
    'Ursprünge, die die Seite in einem Rahmen zeigen dürfen, zum Beispiel https://shop.example. Standard: keine.',
  ),
  'page.locale': say('Sprache', 'Sprache der Seite, zum Beispiel de. Standard: die der Kundschaft.'),
};

export const settingsTexts: FormTexts = { en: { fields: EN }, de: { fields: DE, messages: MESSAGES_DE } };
