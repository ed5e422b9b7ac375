/** What a form calls the settings of the sandbox in German. */

const say = (label: string, help: string) => ({ label, help });
const pick = (label: string, help: string, choices: Record<string, string>) => ({ label, help, choices });

const OUTCOMES_DE = {
  success: 'Gelingt',
  decline: 'Wird abgelehnt',
  failure: 'Scheitert',
  pending_success: 'Bleibt offen, gelingt dann',
  pending_failure: 'Bleibt offen, scheitert dann',
  temporary_id: 'Gelingt, zuerst mit vorläufiger Kennung',
  exception: 'Die Sandbox bricht ab, nichts geschieht',
  no_answer: 'Keine Antwort, nichts geschieht',
  lost_answer: 'Gelingt, aber die Antwort geht verloren',
  slow: 'Gelingt langsam',
  credential: 'Die Zugangsdaten gelten nicht mehr',
  gone: 'Das Konto gibt es nicht mehr',
};
const STATUSES_DE = {
  completed: 'Fertig',
  enabled: 'Freigeschaltet, später wird noch etwas gebraucht',
  'restricted soon': 'Bald eingeschränkt',
  restricted: 'Eingeschränkt',
  pending: 'In Prüfung',
  rejected: 'Abgelehnt',
  incomplete: 'Unvollständig',
};

export const FIELDS_DE = {
  connector: pick('Anbindung', 'Wählt diese Anbindung.', { sandbox: 'Sandbox' }),
  mode: pick('Umgebung', 'Die Sandbox bewegt kein Geld, deshalb gibt es nur den Testbetrieb.', { test: 'Testbetrieb' }),
  webhookSecret: say('Webhook-Geheimnis', 'Damit sind Webhooks der Sandbox signiert; mindestens 8 Zeichen.'),
  businessModel: pick(
    'Geschäftsmodell',
    'Ob es Händler geben kann. Nicht gesetzt: Es kann sie geben, aber der Shop erfährt es nicht.',
    { direct: 'Keine Händler', marketplace: 'Marktplatz: der Shop erfährt, dass es Händler geben kann' },
  ),
  onboarding: say('Anmeldung', 'Wie Händler eines Marktplatzes zur Sandbox gebracht werden.'),
  'onboarding.strategy': pick('Weg', 'Was dem Shop gesagt wird. Nicht gesetzt: Er fragt uns.', {
    api: 'Der Shop fragt uns',
    redirect: 'Der Shop schickt Händler an Ihre Adresse',
    iframe: 'Der Shop zeigt Ihre Adresse in einem Rahmen',
  }),
  'onboarding.url': say('Adresse', 'Wo Händler beginnen, wenn der Shop uns nicht fragt.'),
  'onboarding.answers': pick(
    'Antwort',
    'Was ein Shop bekommt, der uns fragt. Nicht gesetzt: eine Adresse zum Weiterschicken.',
    { redirect: 'Eine Adresse zum Weiterschicken', iframe: 'Eine Adresse für einen Rahmen', content: 'Fertiges HTML' },
  ),
  'onboarding.ends': pick('Ausgang', 'Status jedes Händlers nach den Formularen.', STATUSES_DE),
  outcomes: say('Ausgänge', 'Ausgänge durch die Konfiguration; was fehlt, folgt dem Betrag.'),
  'outcomes.configure': pick(
    'Konfiguration',
    'Was aus diesen Einstellungen wird, wenn sie geprüft werden.',
    OUTCOMES_DE,
  ),
  'outcomes.initialize': pick('Beginn', 'Ausgang jedes Beginns einer Zahlung.', OUTCOMES_DE),
  'outcomes.authorize': pick('Reservierung', 'Ausgang, wenn auf der Seite gezahlt wird.', OUTCOMES_DE),
  'outcomes.capture': pick('Einzug', 'Ausgang jedes Einzugs.', OUTCOMES_DE),
  'outcomes.cancel': pick('Storno', 'Ausgang jedes Stornos.', OUTCOMES_DE),
  'outcomes.refund': pick('Erstattung', 'Ausgang jeder Erstattung.', OUTCOMES_DE),
  'outcomes.account': pick('Händlerkonto', 'Ausgang, wenn ein Händler ein Konto bekommt.', OUTCOMES_DE),
  'outcomes.link': pick('Link', 'Ausgang, wenn ein Händler einen Link bekommt.', OUTCOMES_DE),
  'outcomes.confirm': pick('Bestätigung', 'Ausgang, wenn eine Zahlung ihre Bestellung bekommt.', OUTCOMES_DE),
  'outcomes.transfer': pick('Auszahlung', 'Ausgang jeder Auszahlung an einen Händler.', OUTCOMES_DE),
  'outcomes.reverseTransfer': pick('Rückholung', 'Ausgang jeder Rückholung.', OUTCOMES_DE),
  capabilities: say('Fähigkeiten', 'Fähigkeiten der Sandbox, an oder aus.'),
  'capabilities.readBack': say('Nachfragen', 'Ob man die Sandbox fragen kann, was aus etwas wurde. Standard: an.'),
  'capabilities.paymentMethods': say('Zahlungsarten', 'Ob dem Shop Zahlungsarten angekündigt werden. Standard: an.'),
  'capabilities.page': say('Zahlungsseite', 'Ob auf unserer Seite gezahlt werden kann. Standard: an.'),
  'capabilities.multipleCaptures': say(
    'Mehrere Einzüge',
    'Ob der Rest nach einem Teileinzug reserviert bleibt. Standard: an.',
  ),
  capture: say('Einzug', 'Wann und wie Geld eingezogen wird.'),
  'capture.mode': pick('Wann Geld eingezogen wird', 'Nicht gesetzt: auf Anweisung des Shops.', {
    manual: 'Auf Anweisung des Shops',
    automatic: 'Sofort, wenn gezahlt wird',
  }),
  'capture.strategy': pick(
    'Vorgehen',
    'Was geschieht, wenn nur ein Teil einer Bestellung eingezogen wird. Nicht gesetzt: mehrere Einzüge.',
    {
      single_final: 'Ein Einzug, der Rest wird frei',
      deferred_sum: 'Teile warten auf die letzte Position, dann eine Summe',
      multi: 'Mehrere Einzüge, jeder Teil gleich',
    },
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
