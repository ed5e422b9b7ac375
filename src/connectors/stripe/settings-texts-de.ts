/** What a form calls the settings for Stripe in German. */

/** Names of buttons, the same in every language. */
export const EXPRESS_CHOICES = {
  apple_pay: 'Apple Pay',
  google_pay: 'Google Pay',
  link: 'Link',
  paypal: 'PayPal',
  klarna: 'Klarna',
  amazon_pay: 'Amazon Pay',
};

const say = (label: string, help: string) => ({ label, help });
const pick = (label: string, help: string, choices: Record<string, string>) => ({ label, help, choices });

export const FIELDS_DE = {
  businessModel: pick('Geschäftsmodell', 'Ob der Shop selbst verkauft oder für Händler.', {
    direct: 'Der Shop verkauft selbst',
    marketplace: 'Marktplatz: der Shop verkauft für Händler',
  }),
  connection: pick('Wessen Schlüssel', 'Wessen Stripe-Schlüssel verwendet werden.', { own_keys: 'Ihre eigenen' }),
  mode: pick('Umgebung', 'Zu welchem der beiden Stripe-Modi die Schlüssel gehören.', {
    test: 'Testbetrieb',
    live: 'Live-Betrieb',
  }),
  accountId: say(
    'Stripe-Konto',
    'Kennung des Kontos (acct_…). Ist sie angegeben, muss der geheime Schlüssel dazu gehören.',
  ),
  secretKey: say('Geheimer Schlüssel', 'Geheimer oder eingeschränkter Schlüssel (sk_… oder rk_…) dieser Umgebung.'),
  publishableKey: say('Veröffentlichbarer Schlüssel', 'Schlüssel (pk_…) desselben Kontos und derselben Umgebung.'),
  webhook: say('Webhooks', 'Wie uns Stripe sagt, was geschehen ist.'),
  'webhook.mode': pick('Registrierung', 'Wer unsere Adresse bei Stripe registriert.', {
    managed: 'Die App, von selbst',
    manual: 'Sie, von Hand im Stripe-Dashboard',
  }),
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
  'paymentMethods.source': pick('Welche angeboten werden', 'Wer bestimmt, womit gezahlt werden kann.', {
    stripe_dynamic: 'Die aus dem Stripe-Dashboard',
    allow_list: 'Nur die aufgelisteten Typen',
    deny_list: 'Alle außer den aufgelisteten Typen',
  }),
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
  'capture.mode': pick('Wann Geld eingezogen wird', 'Bis dahin ist es reserviert.', {
    manual: 'Auf Anweisung des Shops',
    automatic: 'Sofort, wenn gezahlt wird',
  }),
  'capture.perMethod': say('Je Typ', 'Ein anderer Zeitpunkt für einzelne Typen, zum Beispiel { "card": "automatic" }.'),
  'capture.strategy': pick(
    'Vorgehen',
    'Was geschieht, wenn nur ein Teil einer Bestellung eingezogen wird. Mehrere Einzüge muss Ihr Stripe-Tarif erlauben; ' +
      'ein Marktplatz kann sie nicht haben.',
    {
      single_final: 'Ein Einzug, den Rest gibt Stripe frei',
      deferred_sum: 'Teile warten auf die letzte Position, dann eine Summe',
      multi: 'Mehrere Einzüge, jeder Teil gleich',
    },
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
  'connect.apiGeneration': pick(
    'Schnittstelle',
    'Welche der beiden Schnittstellen von Stripe für Konten verwendet wird.',
    { v2: 'Accounts v2', v1: 'Accounts v1 (Express)' },
  ),
  'connect.defaultCountry': say('Land', 'Land der Händler, bis sie ihres nennen. Standard: DE.'),
  'connect.contactEmail': say(
    'E-Mail-Adresse',
    'Dorthin schreibt Stripe über einen Händler, bis er seine angegeben hat; v2 braucht im Live-Betrieb eine.',
  ),
  'connect.feesCollector': pick('Gebühren', 'Wer die Gebühren von Stripe bei Händlern erhebt.', {
    application: 'Ihre Plattform',
    stripe: 'Stripe',
  }),
  'connect.lossesCollector': pick(
    'Verluste',
    'Wer Verluste von Händlern trägt. Stripe nur, wenn sie das volle Dashboard bekommen.',
    { application: 'Ihre Plattform', stripe: 'Stripe' },
  ),
  'connect.dashboard': pick('Dashboard', 'Welches Dashboard von Stripe Händler bekommen.', {
    express: 'Express-Dashboard',
    full: 'Volles Dashboard',
    none: 'Keines',
  }),
  'connect.onboarding': say('Anmeldung', 'Wie Händler beginnen.'),
  'connect.onboarding.strategy': pick('Weg', 'Was dem Shop gesagt wird.', {
    api: 'Der Shop fragt uns',
    redirect: 'Der Shop schickt Händler an Ihre Adresse',
    iframe: 'Der Shop zeigt Ihre Adresse in einem Rahmen',
  }),
  'connect.onboarding.url': say('Adresse', 'Wo Händler beginnen, wenn der Shop uns nicht fragt.'),
  'connect.onboarding.answers': pick('Antwort', 'Was ein Shop bekommt, der uns fragt.', {
    redirect: 'Eine Adresse zum Weiterschicken',
    iframe: 'Eine Adresse für einen Rahmen',
    content: 'Fertiges HTML',
  }),
  transfers: say('Auszahlungen', 'Anteile der Händler eines Marktplatzes.'),
  'transfers.requireSourceTransaction': say(
    'Nur aus der Zahlung selbst',
    'Eine Auszahlung ablehnen, deren Geld nicht aus der Zahlung selbst kommen kann, weil sie in einer anderen Währung ' +
      'gebucht wurde. Standard: aus, dann kommt es aus Ihrem Guthaben.',
  ),
  bankTransfer: say('Überweisung', 'Zahlung per Überweisung; sie muss im Stripe-Dashboard aktiv sein.'),
  'bankTransfer.country': pick(
    'Land',
    'Land der angezeigten Kontonummern. Ist es gesetzt, werden Überweisungen in Euro angeboten.',
    { BE: 'Belgien', DE: 'Deutschland', ES: 'Spanien', FR: 'Frankreich', IE: 'Irland', NL: 'Niederlande' },
  ),
  'bankTransfer.graceDays': say(
    'Wartetage',
    'So viele Tage wird nach einer Teilzahlung auf den Rest gewartet. Standard: 7.',
  ),
  headless: say(
    'Im Checkout des Shops',
    'Der Shop zeigt die Felder von Stripe selbst, statt unserer Zahlungsseite. Standard: aus.',
  ),
  expressMethods: pick(
    'Express-Knöpfe',
    'Knöpfe für Eilige, als eigene Zahlungsart. Standard: keine.',
    EXPRESS_CHOICES,
  ),
  domains: say(
    'Hosts der Wallets',
    'Hostnamen des Shops, auf denen Wallets gezeigt werden, zum Beispiel shop.example. Standard: keine.',
  ),
  threeDS: pick('3-D Secure', 'Wann 3-D Secure verlangt wird.', {
    automatic: 'Wenn Stripe es für nötig hält',
    any: 'Immer, wo es möglich ist',
    challenge: 'Immer, mit einer Frage an die Kundschaft',
  }),
  statementDescriptorSuffix: say(
    'Kartenabrechnung',
    'Worte hinter Ihrem Namen auf der Abrechnung, mit dem Namen höchstens 22 Zeichen.',
  ),
  receiptEmails: say('Quittung per E-Mail', 'Stripe schickt der Kundschaft eine Quittung. Standard: aus.'),
  locale: say('Sprache der Felder', 'Sprache der Felder von Stripe: auto, shop oder ein Sprachkürzel. Standard: shop.'),
  page: say('Zahlungsseite', 'Die Zahlungsseite.'),
  'page.appearance': pick('Aussehen', 'Aussehen der Felder von Stripe.', {
    stripe: 'Hell',
    night: 'Dunkel',
    flat: 'Flach',
  }),
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
