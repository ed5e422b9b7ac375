/** Connects the demo shop to the app and disconnects it, as an operator does in a shop's app catalog. */
import { isoTime } from '../../domain/clock.js';
import type { Book } from './book.js';
import { isRecord } from './order.js';
import { withoutSecrets, type Answer, type ConnectionVerb } from './record.js';
import { pause, type Shop } from './shop.js';

/**
 * A configuration of the Stripe connector with which everything can be tried: several captures of one payment, bank
 * transfers whose rest is awaited for a day, fields and wallets in the shop's own pages. The keys exist in the simulator
 * only.
 */
export const DEMO_CONFIGURATION = {
  mode: 'test',
  secretKey: 'sk_test_demo',
  publishableKey: 'pk_test_demo',
  capture: { strategy: 'multi' },
  bankTransfer: { country: 'DE', graceDays: 1 },
  headless: true,
  expressMethods: ['apple_pay', 'google_pay', 'paypal'],
};

/** What turns the shop into a marketplace, and back: the shares of merchants belong to one capture. */
export function marketplaceConfiguration(isOn: boolean): Readonly<Record<string, unknown>> {
  return isOn
    ? { mode: 'test', businessModel: 'marketplace', capture: { strategy: 'single_final' } }
    : { mode: 'test', businessModel: 'direct', capture: DEMO_CONFIGURATION.capture };
}

/** Whether the shop is one, by the last configuration that said so and was accepted. */
export function isMarketplace({ connection }: Pick<Book, 'connection'>): boolean {
  const told = connection.findLast(
    ({ answer, request }) => answer.status === 200 && isRecord(request) && request['businessModel'] !== undefined,
  );
  return told !== undefined && isRecord(told.request) && told.request['businessModel'] === 'marketplace';
}

/** With the shop's own origin, which may show the payment page inside its pages and ask the app from them. */
function configurationOf({ url, book }: Shop) {
  const other = url.replace('//localhost:', '//127.0.0.1:');
  const facade = { enabled: true, origins: [...new Set([url, other])] };
  const model = isMarketplace(book) ? marketplaceConfiguration(true) : {};
  return { ...DEMO_CONFIGURATION, ...model, page: { frameAncestors: [url] }, facade };
}

const RETRY_MS = 500;

/**
 * Configures the app until it agrees: at first start, and at every later one, because the app's database may be new.
 * Safe to repeat. Does nothing when the operator's last word was to disconnect.
 */
export async function connect(shop: Shop): Promise<void> {
  const last = shop.book.connection.filter(({ answer }) => answer.status >= 200 && answer.status < 300).at(-1);
  if (last?.verb === 'disconnect') return;
  const configuration = configurationOf(shop);
  let previous = 0;
  while (!shop.signal.aborted) {
    const answer = await ask(shop, 'configure', { configuration, language: 'en' });
    const isNews = answer.status !== previous && answer.status !== 0;
    if (isNews) await record(shop, 'configure', configuration, answer);
    if (answer.status === 200) return;
    if (isNews) shop.log('the app did not accept the configuration', { status: answer.status });
    previous = answer.status;
    await pause(RETRY_MS, shop.signal);
  }
}

/** Sends a configuration; the app merges it over what it has. The answer is recorded, whatever it is. */
export async function configure(
  shop: Shop,
  configuration: Readonly<Record<string, unknown>>,
  language: string,
): Promise<Answer> {
  const answer = await ask(shop, 'configure', { configuration, language });
  await record(shop, 'configure', configuration, answer);
  return answer;
}

/**
 * Asks the app to disconnect. `answers` are the operator's replies to the app's questions so far, such as
 * `true,true`; without them the app may answer 409 with a question.
 */
export async function disconnect(shop: Shop, replies: string, language: string): Promise<Answer> {
  const answer = await ask(shop, 'disconnect', { replies, language });
  await record(shop, 'disconnect', { confirmation: replies }, answer);
  return answer;
}

/** The question in a 409 answer. */
export interface Dialogue {
  message: string;
  labelOk: string;
  labelCancel: string;
}

/** Reads the question the app asks before it disconnects; undefined when the answer holds none. */
export function dialogueIn({ status, body }: Answer): Dialogue | undefined {
  const errors = status === 409 && isRecord(body) && Array.isArray(body['errors']) ? body['errors'] : [];
  const [question] = errors.filter(isRecord);
  if (question === undefined || !isRecord(question['confirm'])) return undefined;
  const { labelOk, labelCancel } = question['confirm'];
  return { message: String(question['message']), labelOk: String(labelOk), labelCancel: String(labelCancel) };
}

interface Asking {
  language: string;
  configuration?: Readonly<Record<string, unknown>>;
  replies?: string;
}

function ask(shop: Shop, verb: ConnectionVerb, { language, configuration, replies }: Asking): Promise<Answer> {
  const headers: Record<string, string> = { 'accept-language': language };
  if (replies !== undefined && replies !== '') headers['x-confirmation-status'] = replies;
  const attributes = { configuration: JSON.stringify(configuration) };
  const body = configuration === undefined ? {} : { data: { type: 'configuration', attributes } };
  return shop.app.post(`/private/${verb}`, body, headers);
}

function record(shop: Shop, verb: ConnectionVerb, request: unknown, answer: Answer): Promise<void> {
  return shop.book.write({
    kind: 'connection_answered',
    at: isoTime(shop.clock),
    verb,
    request: withoutSecrets(request),
    answer: withoutSecrets(answer) as Answer,
  });
}
