/** The real simulator on a free port, with the few server-side calls the browser tests need. */
import type { Page } from 'playwright-core';
import { systemClock } from '../../../src/clock.js';
import { startSimulator, type ControlPlane } from '../../../src/simulator/stripe/index.js';

export interface Intent {
  id: string;
  status: string;
  client_secret: string;
  next_action: {
    display_bank_transfer_instructions?: { reference: string; financial_addresses: { iban: { iban: string } }[] };
  } | null;
}

export interface TestSimulator {
  origin: string;
  control: ControlPlane;
  /** In euros, payable with every method that has a form; `more` are further parameters of the API. */
  createIntent(more?: Record<string, string>): Promise<Intent>;
  /** Id of a new customer, whom bank transfers need. */
  createCustomer(): Promise<string>;
  intent(id: string): Promise<Intent>;
  /** Pays with a test card from the server's side; a 3-D Secure card leaves it waiting for the customer. */
  confirm(id: string, paymentMethod: string): Promise<Intent>;
  cancel(id: string): Promise<Intent>;
  /** Id of the account behind the keys `…_test_browser`. */
  account(): Promise<string>;
  close(): Promise<void>;
}

export const PUBLISHABLE_KEY = 'pk_test_browser';

/** Starts it; state lives in memory. */
export async function startTestSimulator(): Promise<TestSimulator> {
  const simulator = await startSimulator({ host: '127.0.0.1', port: 0, clock: systemClock });
  const ask = async <Answer>(method: string, path: string, body?: Record<string, string>): Promise<Answer> => {
    const response = await fetch(simulator.url + path, {
      method,
      headers: { authorization: 'Bearer sk_test_browser' },
      ...(body ? { body: new URLSearchParams(body) } : {}),
    });
    const answer = (await response.json()) as Answer;
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const intents = '/v1/payment_intents';
  return {
    origin: simulator.url,
    control: simulator.control,
    createIntent: (more = { 'automatic_payment_methods[enabled]': 'true' }) =>
      ask('POST', intents, { amount: '4250', currency: 'eur', ...more }),
    createCustomer: async () => (await ask<{ id: string }>('POST', '/v1/customers', {})).id,
    intent: (id) => ask('GET', `${intents}/${id}`),
    confirm: (id, paymentMethod) =>
      ask('POST', `${intents}/${id}/confirm`, {
        payment_method: paymentMethod,
        return_url: 'https://shop.example/return',
        use_stripe_sdk: 'true',
      }),
    cancel: (id) => ask('POST', `${intents}/${id}/cancel`, {}),
    account: async () => (await ask<{ id: string }>('GET', '/v1/account')).id,
    close: () => simulator.close(),
  };
}

export interface SentConfirm {
  body: URLSearchParams;
  account: string | undefined;
}

/** Collects what any frame of the page sends to confirm a payment. */
export function recordConfirms(page: Page): SentConfirm[] {
  const sent: SentConfirm[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'POST' || !request.url().endsWith('/confirm')) return;
    sent.push({ body: new URLSearchParams(request.postData() ?? ''), account: request.headers()['stripe-account'] });
  });
  return sent;
}

/** Collects what goes wrong in the page, as its console says it. */
export function recordProblems(page: Page): string[] {
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (line) => {
    // A decline is an HTTP error by design, and the browser says so.
    if (line.type() === 'error' && !line.text().includes('status of 40')) problems.push(line.text());
  });
  return problems;
}
