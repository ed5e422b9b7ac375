/** What people read in answers, in English and German. English error texts are those of the error catalogue. */
import { ERRORS, fill, type AppError, type ErrorCode } from '../domain/errors.js';

export type Locale = 'en' | 'de';

type LabelKey = 'label_disconnect' | 'label_cancel';
export type TextKey = ErrorCode | LabelKey;

const english = Object.fromEntries(Object.entries(ERRORS).map(([code, entry]) => [code, entry.text])) as Record<
  ErrorCode,
  string
>;

export const TEXTS: Readonly<Record<Locale, Readonly<Record<TextKey, string>>>> = {
  en: { ...english, label_disconnect: 'Ignore & Disconnect', label_cancel: 'Cancel' },
  de: {
    body_required: 'Der Inhalt der Anfrage fehlt.',
    body_malformed: 'Der Inhalt der Anfrage ist nicht lesbar: {reason}',
    body_mismatch: 'Der Inhalt der Anfrage passt nicht: {reason}',
    body_too_large: 'Der Inhalt der Anfrage ist zu groß.',
    media_type_unknown: 'Der Inhaltstyp „{mediaType}“ wird nicht unterstützt.',
    request_refused: 'Die Anfrage ist nicht verständlich.',
    wrong_format: 'Falsches Anfrageformat.',
    route_unknown: 'Unter dieser Adresse gibt es nichts.',
    document_refused: 'Das Dokument passt nicht.',
    key_reused: 'Der Idempotency-Key wurde schon mit einer anderen Anfrage verwendet.',
    too_many_requests: 'Zu viele Anfragen, bitte später erneut versuchen.',
    busy: 'Für diesen Mandanten ist zu viel unterwegs, bitte gleich erneut versuchen.',
    token_missing: 'Ein Bearer-Token ist erforderlich.',
    token_invalid: 'Das Bearer-Token ist ungültig.',
    token_forbidden: 'Das Bearer-Token erlaubt dies nicht.',
    tenant_forbidden: 'Das Bearer-Token gehört einem anderen Mandanten.',
    tenant_required: 'X-Tenant-Identifier im Header ist erforderlich.',
    tenant_unknown: 'Für den Mandanten wurde keine App-Konfiguration gefunden',
    tenant_disconnected: 'Der Mandant ist getrennt.',
    storefront_unknown: 'Für diesen Mandanten gibt es keinen Storefront.',
    origin_refused: 'Dieser Ursprung ist nicht erlaubt.',
    caller_missing: 'Ein Bearer-Token oder X-Anonymous-Customer-Unique-Id ist erforderlich.',
    configuration_refused: 'Die Konfiguration ist ungültig.',
    configuration_unchecked: 'Die Konfiguration konnte nicht geprüft werden.',
    configuration_unsaved: 'Konfigurationsfehler.',
    action_failed: 'Mandantenaktion fehlgeschlagen: {reason}',
    disconnect_unsaved: 'Fehler beim Trennen.',
    tenant_missing: 'Mandantenkennung fehlt.',
    orders_open:
      'Die Zahlungs-App kann nicht getrennt werden, solange es offene Bestellungen gibt. Offene Bestellungen werden ' +
      'nicht automatisch weiterbearbeitet, wenn Sie die App löschen. Schließen Sie die offenen Bestellungen ab, um ' +
      'fortzufahren.',
    orders_open_kept: 'Bitte schließen Sie alle offenen Bestellungen ab und versuchen Sie es erneut.',
    merchants_active:
      'Die Zahlungs-App kann nicht getrennt werden, solange es aktive Händler gibt. Aktiven Händlern können ' +
      'Auszahlungen entgehen, wenn Sie die App löschen. Trennen Sie die Händler, um fortzufahren.',
    merchants_active_kept: 'Bitte trennen Sie die Händler und versuchen Sie es erneut.',
    method_unknown: 'Zahlungsart nicht gefunden',
    payment_unknown: 'Keine Zahlung mit der Transaktionskennung „{transactionId}“ gefunden',
    payment_closed: 'Die Zahlung der Bestellung „{orderReference}“ kann nicht mehr begonnen werden.',
    payment_refused: 'Die Zahlung wurde abgelehnt.',
    payment_ordered: 'Die Zahlung mit der Transaktionskennung „{transactionId}“ gehört zu einer anderen Bestellung.',
    order_taken: 'Die Bestellung „{orderReference}“ hat eine andere Zahlung.',
    payment_given_up: 'Die Zahlung mit der Transaktionskennung „{transactionId}“ wurde abgebrochen.',
    payment_confirmed:
      'Die Zahlung mit der Transaktionskennung „{transactionId}“ hat eine Bestellung: stornieren Sie diese.',
    psp_silent: 'Der Zahlungsdienstleister hat nicht rechtzeitig geantwortet, bitte später erneut versuchen.',
    return_url_refused: 'Die URL in {field} ist nicht erlaubt.',
    customer_missing:
      'Weder customer noch customerPaymentServiceProviderData ist angegeben: mindestens eines davon ist erforderlich.',
    customer_unsupported: 'Der Zahlungsdienstleister gibt keine Auskunft über Kunden.',
    customer_refused: 'Der Zahlungsdienstleister kennt den Kunden nicht.',
    marketplace_unsupported: 'Das Platform-Plugin bietet keine Marktplatz-Funktionen',
    order_unknown:
      'Keine Zahlung mit der Mandantenkennung „{tenantId}“ und der Bestellnummer „{orderReference}“ gefunden',
    merchant_required: 'Weder X-Merchant-Reference im Header noch merchant.merchantReference ist angegeben.',
    onboarding_refused: 'Der Zahlungsdienstleister hat das Onboarding des Händlers abgelehnt.',
    onboarding_unanswered:
      'Der Zahlungsdienstleister hat nicht rechtzeitig geantwortet. Es ist nichts verloren, bitte versuchen Sie es gleich ' +
      'noch einmal.',
    webhook_refused: 'Der Webhook konnte nicht geprüft werden.',
    transaction_missing: 'Transaktionskennung fehlt.',
    page_unknown: 'Diese Zahlungsseite gibt es nicht oder nicht mehr.',
    message_refused: 'Die Nachricht wurde abgelehnt: {reason}',
    channel_forbidden: 'In den Kanal „{channel}“ dürfen keine Nachrichten gesendet werden.',
    invalid_request: 'Die Token-Anfrage ist unvollständig.',
    invalid_client: 'Der Client konnte nicht erkannt werden.',
    unauthorized_client: 'Der Client darf nicht für diesen Mandanten handeln.',
    unsupported_grant_type: 'Nur der Grant-Typ client_credentials wird unterstützt.',
    invalid_target: 'Der Client darf diese Audience nicht anfragen.',
    internal: 'Bei uns ist ein Fehler aufgetreten.',
    label_disconnect: 'Ignorieren & Trennen',
    label_cancel: 'Stornieren',
  },
};

/** The public text of an error in that language; texts that are not ours stay as they are. */
export function errorText(error: AppError, locale: Locale): string {
  return error.ownText ? error.message : fill(TEXTS[locale][error.code], error.values);
}

/** The language of an answer: the best of `Accept-Language` that we speak, else English. */
export function localeOf(acceptLanguage: string | undefined): Locale {
  const wanted = wantedLanguages(acceptLanguage)
    .map(spoken)
    .find((locale) => locale !== undefined);
  return wanted ?? 'en';
}

/** The tags of `Accept-Language`, best first; those nobody wants are left out. */
export function wantedLanguages(acceptLanguage: string | undefined): string[] {
  return (acceptLanguage ?? '')
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean);
      return { tag: tag.trim(), quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ tag }) => tag);
}

function spoken(tag: string): Locale | undefined {
  const language = tag.trim().toLowerCase().split(/[-_]/, 1)[0];
  return language === 'de' || language === 'en' ? language : undefined;
}
