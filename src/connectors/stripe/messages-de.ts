/** What the checks of settings say, in German, by their English words. What is not here is said in English. */

export const MESSAGES_DE: Readonly<Record<string, string>> = {
  'is required': 'wird benötigt',
  'is a publishable key; the secret key belongs here':
    'ist ein veröffentlichbarer Schlüssel; hierher gehört der geheime',
  'must be a Stripe secret key: sk_test_…, sk_live_…, rk_test_… or rk_live_…':
    'muss ein geheimer Stripe-Schlüssel sein: sk_test_…, sk_live_…, rk_test_… oder rk_live_…',
  'is a secret key; the publishable key belongs here, because customers see it':
    'ist ein geheimer Schlüssel; hierher gehört der veröffentlichbare, weil ihn jeder sieht',
  'must be a Stripe publishable key: pk_test_… or pk_live_…':
    'muss ein veröffentlichbarer Stripe-Schlüssel sein: pk_test_… oder pk_live_…',
  'must be a Stripe account id: acct_…': 'muss die Kennung eines Stripe-Kontos sein: acct_…',
  'is a test key, but the mode is live': 'ist ein Testschlüssel, aber die Umgebung ist der Live-Betrieb',
  'is a live key, but the mode is test': 'ist ein Live-Schlüssel, aber die Umgebung ist der Testbetrieb',
  'platform needs a platform key of the deployment, and this deployment has none':
    'platform braucht einen Plattformschlüssel der Installation, und diese hat keinen',
  'cannot be authorized first, so it must be automatic':
    'lässt sich nicht erst reservieren, deshalb geht nur automatic',
  'holds {method}, but paymentMethods.list leaves out {type}':
    'enthält {method}, aber unter den Zahlungsarten fehlt {type}',
  'Stripe no longer offers {type}.': 'Stripe bietet {type} nicht mehr an.',
  '{type} is unknown here; it is passed to Stripe as it is.':
    '{type} ist hier unbekannt und wird so an Stripe weitergegeben.',
  "The clock of this server and Stripe's differ by {seconds} seconds; webhooks may be refused.":
    'Die Uhr dieses Servers und die von Stripe gehen {seconds} Sekunden auseinander; Webhooks könnten abgelehnt werden.',
  'Stripe does not serve this marketplace by {generation}: {why}':
    'Stripe bedient diesen Marktplatz nicht über {generation}: {why}',
  'Stripe refused a check of the settings: {why}': 'Stripe hat eine Prüfung der Einstellungen abgelehnt: {why}',
  'must name at least one': 'muss mindestens einen nennen',
  'must hold Stripe type names only': 'darf nur Typen von Stripe enthalten',
  'must be a signing secret: whsec_…': 'muss ein Signaturgeheimnis sein: whsec_…',
  'must be a payment method configuration id: pmc_…': 'muss die Kennung einer Konfiguration sein: pmc_…',
  'cannot be used together with paymentMethods.list': 'geht nicht zusammen mit der Liste der Zahlungsarten',
  'must be set, because customer_balance is listed': 'muss gesetzt sein, weil customer_balance aufgelistet ist',
  'cannot be multi for a marketplace: its transfers belong to one capture':
    'kann bei einem Marktplatz nicht multi sein: Auszahlungen gehören zu einem einzigen Einzug',
  'must be own_keys for a marketplace': 'muss bei einem Marktplatz own_keys sein',
  'must be an address, because the shop is told not to ask us':
    'muss eine Adresse sein, weil der Shop uns nicht fragen soll',
  'must be set in live mode: Stripe makes no account without an address':
    'muss im Live-Betrieb gesetzt sein: ohne Adresse legt Stripe kein Konto an',
  'can be Stripe only where merchants get the full dashboard':
    'kann nur Stripe sein, wenn Händler das volle Dashboard bekommen',
  'must be set for a marketplace whose webhooks are registered by hand':
    'muss bei einem Marktplatz gesetzt sein, dessen Webhooks von Hand registriert sind',
  'must be set for accounts of v2 whose webhooks are registered by hand':
    'muss bei Konten von v2 gesetzt sein, deren Webhooks von Hand registriert sind',
  'must have a letter, at most 22 characters and none of < > \\ \' " *':
    'muss einen Buchstaben haben, höchstens 22 Zeichen und keines von < > \\ \' " *',
  'must hold host names only, such as shop.example': 'darf nur Hostnamen enthalten, zum Beispiel shop.example',
  'must hold names that the internet knows, no localhost and no IP addresses, in live mode':
    'darf im Live-Betrieb nur Namen enthalten, die das Internet kennt, kein localhost und keine IP-Adressen',
  'must hold origins only, such as https://shop.example':
    'darf nur Ursprünge enthalten, zum Beispiel https://shop.example',
  'must hold https origins only in live mode': 'darf im Live-Betrieb nur Ursprünge mit https enthalten',
  'Stripe does not know this publishable key.': 'Stripe kennt diesen veröffentlichbaren Schlüssel nicht.',
  'The publishable key and the secret key belong to different Stripe accounts.':
    'Der veröffentlichbare und der geheime Schlüssel gehören zu verschiedenen Stripe-Konten.',
  'The secret key belongs to another Stripe account.': 'Der geheime Schlüssel gehört zu einem anderen Stripe-Konto.',
  'The key may not create payments: it needs write access to PaymentIntents.':
    'Der Schlüssel darf keine Zahlungen anlegen: Er braucht Schreibrechte für PaymentIntents.',
  'Stripe says that these are live keys.': 'Stripe sagt, dass dies Live-Schlüssel sind.',
  'Stripe does not accept this secret key: it is wrong, expired or revoked.':
    'Stripe akzeptiert diesen geheimen Schlüssel nicht: Er ist falsch, abgelaufen oder widerrufen.',
  'Stripe could not be reached, so the keys could not be checked. Try again.':
    'Stripe war nicht erreichbar, deshalb konnten die Schlüssel nicht geprüft werden. Bitte noch einmal versuchen.',
  'This payment method configuration is not active.': 'Diese Konfiguration der Zahlungsarten ist nicht aktiv.',
  'Stripe does not know this payment method configuration.':
    'Stripe kennt diese Konfiguration der Zahlungsarten nicht.',
  'The key may not read payment method configurations.': 'Der Schlüssel darf Konfigurationen nicht lesen.',
  'The key may not read its account, so accountId is unchecked.':
    'Der Schlüssel darf sein Konto nicht lesen, die Kennung des Kontos ist deshalb ungeprüft.',
  'Stripe has not enabled charges for this account yet.':
    'Stripe hat Zahlungen für dieses Konto noch nicht freigegeben.',
  'Until webhook.secret is set no event of Stripe can be verified.':
    'Solange kein Signaturgeheimnis gesetzt ist, lässt sich kein Ereignis von Stripe prüfen.',
  'Whether both keys are of the same account is checked when you save.':
    'Ob beide Schlüssel zum selben Konto gehören, wird beim Speichern geprüft.',
};
