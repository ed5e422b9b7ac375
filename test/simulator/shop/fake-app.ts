/**
 * The app as far as a shop sees it, for the demo shop's tests: tokens, configure, disconnect, initialize-payment and
 * channels over real HTTP, in memory. Tests move its payments by hand.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fakeMarket, READY, type FakeMarket } from './fake-market.js';

export interface Call {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  /** Exactly as they came, name and value by turns. */
  rawHeaders: string[];
  body: string;
}

interface Queued {
  MessageId: string;
  MessageBody: string;
  MessageAttributes: Record<string, string>;
}

export interface FakeApp {
  url: string;
  calls: Call[];
  /** What lies in a channel and was not acknowledged. Every poll delivers all of it again. */
  queues: Map<string, Queued[]>;
  /** Ids the app was told to forget. */
  acknowledged: string[];
  /** Puts a message on a channel; returns its id. */
  tell(channel: string, name: string, payload: unknown, attributes?: Record<string, string>): string;
  /** Answers the next requests to that path instead of the app. */
  answerWith(path: string, status: number, body: unknown): void;
  answerAsUsual(): void;
  commands(): Call[];
  market: FakeMarket;
  close(): Promise<void>;
}

let counter = 0;

export async function startFakeApp(port = 0): Promise<FakeApp> {
  const planned = new Map<string, { status: number; body: unknown }>();
  const queues = new Map<string, Queued[]>();
  const calls: Call[] = [];
  const market = fakeMarket();
  const acknowledged: string[] = [];
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function tell(channel: string, name: string, payload: unknown, attributes: Record<string, string> = {}): string {
    counter += 1;
    const timestamp = `2026-01-01T00:00:00.${String(counter).padStart(6, '0')}`;
    const queue = queues.get(channel) ?? [];
    queues.set(channel, queue);
    queue.push({
      MessageId: `m-${counter}`,
      MessageBody: typeof payload === 'string' ? payload : JSON.stringify(payload),
      MessageAttributes: { transferName: name, name, tenantIdentifier: 'demo-shop', timestamp, ...attributes },
    });
    return `m-${counter}`;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = (request.url ?? '').split('?')[0] ?? '';
    calls.push({ method: request.method ?? '', path, headers: request.headers, rawHeaders: request.rawHeaders, body });
    const plan = planned.get(path);
    if (plan !== undefined) return answer(response, plan.status, plan.body);
    if (path === '/oauth/token') return answer(response, 200, token(body));
    if (!request.headers.authorization?.startsWith('Bearer t-'))
      return answer(response, 401, [{ message: 'No token' }]);
    if (path === '/private/configure') return configure(body, response);
    if (path === '/private/disconnect') return disconnect(request, response);
    if (path === '/private/initialize-payment') return initialize(body, response);
    if (path === '/private/merchants/onboarding') {
      const { status, body: told } = market.onboard(request.headers['x-merchant-reference'] as string | undefined);
      return answer(response, status, told);
    }
    if (path === '/private/payments/transfers') return answer(response, 200, market.transfer(body).body);
    if (path.startsWith('/channels/')) return channel(request, path.slice('/channels/'.length), body, response);
    return answer(response, 404, [{ message: 'No such path' }]);
  }

  function configure(body: string, response: ServerResponse): void {
    const { data } = JSON.parse(body) as { data: { attributes: { configuration: string } } };
    tell('payment-method-commands', 'AddPaymentMethod', {
      name: 'Stripe',
      providerName: 'stripe',
      paymentAuthorizationEndpoint: `${url}/private/initialize-payment`,
      paymentMethodAppConfiguration: {
        baseUrl: url,
        endpoints: [
          { name: 'authorization', path: '/private/initialize-payment' },
          { name: 'transfer', path: '/private/payments/transfers' },
        ],
      },
    });
    tellState(true);
    const { businessModel } = JSON.parse(data.attributes.configuration) as { businessModel?: string };
    const onboarding = { strategy: 'api', url: `${url}/private/merchants/onboarding` };
    if (businessModel === 'marketplace')
      tell('merchant-app-events', 'ReadyForMerchantAppOnboarding', { ...READY, onboarding });
    answer(response, 200, { tenantIdentifier: 'demo-shop', configuration: JSON.parse(data.attributes.configuration) });
  }

  function tellState(isActive: boolean): void {
    tell('app-events', 'AppConfigUpdated', {
      appIdentifier: 'quittance',
      isActive,
      status: isActive ? 'CONNECTED' : 'DISCONNECTED',
      config: {},
      messageChannels: [
        'payment-events',
        'payment-commands',
        'payment-method-commands',
        'app-events',
        'merchant-app-events',
      ],
    });
  }

  function disconnect(request: IncomingMessage, response: ServerResponse): void {
    const reply = request.headers['x-confirmation-status'];
    if (reply === undefined) {
      const confirm = { labelOk: 'Ignore & Disconnect', labelCancel: 'Cancel' };
      const error = { code: '21000', message: 'There are open orders.', status: 409, confirm };
      return answer(response, 409, { errors: [error] });
    }
    if (reply !== 'true') return answer(response, 400, { errors: [{ message: 'Please close any open orders.' }] });
    tell('payment-method-commands', 'DeletePaymentMethod', { name: 'Stripe', providerName: 'stripe' });
    tellState(false);
    return answer(response, 204, undefined);
  }

  function initialize(body: string, response: ServerResponse): void {
    const { orderData } = JSON.parse(body) as { orderData: { orderReference: string } };
    const transactionId = `pi_${orderData.orderReference}`;
    tell('payment-events', 'PaymentCreated', {
      entityReference: orderData.orderReference,
      paymentReference: transactionId,
      details: '{}',
    });
    const redirectUrl = `${url}/app-payment?transactionId=${transactionId}&tenantIdentifier=demo-shop&token=secret-page-token`;
    answer(response, 200, {
      isSuccessful: true,
      transactionId,
      preOrderPaymentData: { clientSecret: 'pi_secret_1' },
      redirectUrl,
      message: null,
    });
  }

  function channel(request: IncomingMessage, name: string, body: string, response: ServerResponse): void {
    if (request.method === 'GET') return answer(response, 200, queues.get(name) ?? []);
    if (request.method === 'POST') return answer(response, 200, { MessageId: `c-${calls.length}` });
    const { messageIds } = JSON.parse(body) as { messageIds: string[] };
    acknowledged.push(...messageIds);
    for (const [key, queue] of queues) {
      queues.set(
        key,
        queue.filter(({ MessageId }) => !messageIds.includes(MessageId)),
      );
    }
    return answer(response, 200, {});
  }

  return {
    url,
    calls,
    queues,
    acknowledged,
    market,
    tell,
    answerWith: (path, status, body) => void planned.set(path, { status, body }),
    answerAsUsual: () => planned.clear(),
    commands: () => calls.filter(({ method, path }) => method === 'POST' && path === '/channels/payment-commands'),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function token(body: string) {
  const form = new URLSearchParams(body);
  return { access_token: `t-${form.get('audience')}`, token_type: 'Bearer', expires_in: 3600 };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? '' : JSON.stringify(body));
}
