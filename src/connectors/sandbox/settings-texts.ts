/** What a form calls the settings of the sandbox: labels in English and German, help in German. */
import type { FormTexts } from '../../kit/index.js';

const say = (label: string, help: string) => ({ label, help });

const DE = {
  connector: say('Anbindung', 'Wählt diese Anbindung.'),
  mode: say('Umgebung', 'Die Sandbox bewegt kein Geld, deshalb gibt es nur test.'),
  webhookSecret: say('Webhook-Geheimnis', 'Damit sind Webhooks der Sandbox signiert; mindestens 8 Zeichen.'),
  businessModel: say(
    'Geschäftsmodell',
    'direct: keine Händler. marketplace: der Shop erfährt, dass es sie geben kann. Standard: es kann sie geben.',
  ),
  onboarding: say('Anmeldung', 'Wie Händler eines Marktplatzes zur Sandbox gebracht werden.'),
  'onboarding.strategy': say(
    'Weg',
    'Was dem Shop gesagt wird. api: er fragt uns; sonst schickt er Händler an die Adresse. Standard: api.',
  ),
  'onboarding.url': say('Adresse', 'Wo Händler beginnen, bei redirect und iframe.'),
  'onboarding.answers': say('Antwort', 'Was wir einem Shop antworten, der fragt. Standard: redirect.'),
  'onboarding.ends': say('Ausgang', 'Status jedes Händlers nach den Formularen.'),
  outcomes: say('Ausgänge', 'Ausgänge durch die Konfiguration; was fehlt, folgt dem Betrag.'),
  'outcomes.configure': say('Konfiguration', 'Was aus diesen Einstellungen wird, wenn sie geprüft werden.'),
  'outcomes.initialize': say('Beginn', 'Ausgang jedes Beginns einer Zahlung.'),
  'outcomes.authorize': say('Reservierung', 'Ausgang, wenn auf der Seite gezahlt wird.'),
  'outcomes.capture': say('Einzug', 'Ausgang jedes Einzugs.'),
  'outcomes.cancel': say('Storno', 'Ausgang jedes Stornos.'),
  'outcomes.refund': say('Erstattung', 'Ausgang jeder Erstattung.'),
  'outcomes.account': say('Händlerkonto', 'Ausgang, wenn ein Händler ein Konto bekommt.'),
  'outcomes.link': say('Link', 'Ausgang, wenn ein Händler einen Link bekommt.'),
  'outcomes.confirm': say('Bestätigung', 'Ausgang, wenn eine Zahlung ihre Bestellung bekommt.'),
  'outcomes.transfer': say('Auszahlung', 'Ausgang jeder Auszahlung an einen Händler.'),
  'outcomes.reverseTransfer': say('Rückholung', 'Ausgang jeder Rückholung.'),
  capabilities: say('Fähigkeiten', 'Fähigkeiten der Sandbox, an oder aus.'),
  'capabilities.readBack': say('Nachfragen', 'Ob man die Sandbox fragen kann, was aus etwas wurde. Standard: an.'),
  'capabilities.paymentMethods': say('Zahlungsarten', 'Ob dem Shop Zahlungsarten angekündigt werden. Standard: an.'),
  'capabilities.page': say('Zahlungsseite', 'Ob auf unserer Seite gezahlt werden kann. Standard: an.'),
  'capabilities.multipleCaptures': say(
    'Mehrere Einzüge',
    'Ob der Rest nach einem Teileinzug reserviert bleibt. Standard: an.',
  ),
  capture: say('Einzug', 'Wann und wie Geld eingezogen wird.'),
  'capture.mode': say('Wann Geld eingezogen wird', 'automatic: sobald gezahlt wird. Standard: manual.'),
  'capture.strategy': say(
    'Vorgehen',
    'single_final: ein Einzug. deferred_sum: Teile warten auf die letzte Position. Standard: multi.',
  ),
  'capture.hoursBeforeExpiry': say(
    'Stunden vor Ablauf',
    'So lange vor dem Ende der Reservierung wird Aufgeschobenes eingezogen. Standard: 24.',
  ),
  paymentMethods: say(
    'Zahlungsarten',
    'Zahlungsarten, die dem Shop angekündigt werden. Standard: eine, genannt Sandbox.',
  ),
  headless: say('Im Checkout des Shops', 'Für den eigenen Checkout des Shops statt für unsere Seite. Standard: aus.'),
  page: say('Zahlungsseite', 'Die Zahlungsseite.'),
  'page.frameAncestors': say(
    'Darf eingebettet werden von',
    'Ursprünge, die die Seite in einem Rahmen zeigen dürfen. Standard: keine.',
  ),
  delaySeconds: say('Verzögerung', 'Wie lange ein offener Ausgang offen bleibt, in Sekunden. Standard: 2.'),
};

export const settingsTexts: FormTexts = {
  en: { fields: { mode: { label: 'Environment' }, page: { label: 'Payment page' }, delaySeconds: { label: 'Delay' } } },
  de: {
    fields: DE,
    messages: {
      'is required': 'wird benötigt',
      'The sandbox refuses these settings, because outcomes.configure is decline':
        'Die Sandbox lehnt diese Einstellungen ab, weil der Ausgang der Konfiguration decline ist',
      'must hold origins only, such as https://shop.example':
        'darf nur Ursprünge enthalten, zum Beispiel https://shop.example',
    },
  },
};
