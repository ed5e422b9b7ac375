/** What tests of the global `Stripe` do in a page that only loads it: run a line of code, mount an element. */
import type { Page } from 'playwright-core';

interface StripeLike {
  elements(options?: object): {
    create(
      type: string,
      options?: object,
    ): {
      mount(target: string): void;
      unmount(): void;
      destroy(): void;
      update(options: object): void;
      on(event: string, listener: (event: object) => void): void;
    };
    submit(): Promise<object>;
    fetchUpdates(): Promise<object>;
    update(options: object): void;
  };
  confirmPayment(options: object): Promise<object>;
  retrievePaymentIntent(clientSecret: string): Promise<object>;
  handleNextAction(options: object): Promise<object>;
}
type Window = typeof globalThis & { Stripe: (key: string, options?: object) => StripeLike };

/** Runs a line of a page's code; what it throws comes back as `Name: message`. */
export async function runIn(page: Page, secret: string, code: string): Promise<unknown> {
  return page.evaluate(
    async ({ code, secret }) => {
      try {
        const stripe = code.includes('stripe.') ? (globalThis as Window).Stripe('pk_test_browser') : undefined;
        const body = `return (async () => (${code}))()`;
        return (
          (await (new Function('stripe', 'secret', body) as (...given: unknown[]) => unknown)(stripe, secret)) ?? 'fine'
        );
      } catch (error) {
        return String(error);
      }
    },
    { code, secret },
  );
}

/** Mounts an element in the page and waits for `ready` or `loaderror`; keeps all in window.t. */
export async function mountIn(page: Page, secret: string, options = '{}'): Promise<string[]> {
  return page.evaluate(
    async ({ secret, options }) => {
      const stripe = (globalThis as Window).Stripe('pk_test_browser', { locale: 'de' });
      const elements = stripe.elements({ clientSecret: secret });
      const element = elements.create('payment', JSON.parse(options) as object);
      const events: string[] = [];
      for (const name of ['loaderstart', 'ready', 'change', 'focus', 'blur', 'escape', 'loaderror']) {
        element.on(name, (event) => events.push(`${name} ${JSON.stringify(event)}`));
      }
      Object.assign(globalThis, { t: { stripe, elements, element, events } });
      element.mount('#card');
      const settled = () => events.some((event) => event.startsWith('ready') || event.startsWith('loaderror'));
      while (!settled()) await new Promise((resolve) => setTimeout(resolve, 20));
      return events;
    },
    { secret, options },
  );
}

export interface Kept {
  t: { stripe: StripeLike; elements: ReturnType<StripeLike['elements']>; events: string[] } & Record<
    'element',
    ReturnType<ReturnType<StripeLike['elements']>['create']>
  >;
}
