/** Stripe's Payment Element in the shop's page: shown, brought up to date with the cart, asked to pay. */
import { CheckoutError } from './errors.js';
import type { Session } from './pre-order.js';
import { thrown, type StripeElement, type StripeElements, type StripeJs } from './stripe.js';

export interface MountOptions {
  /** Colors and shapes: https://docs.stripe.com/elements/appearance-api */
  appearance?: object;
  /** Fonts for Stripe's frame: https://docs.stripe.com/js/elements_object/create#stripe_elements-options-fonts */
  fonts?: readonly object[];
  /** Options of the Payment Element: https://docs.stripe.com/js/elements_object/create_payment_element */
  element?: object;
  /** Told whenever the fields become complete or incomplete. */
  onChange?(change: { complete: boolean }): void;
}

export interface MountedElement {
  elements(): StripeElements;
  /** Shows the payment as it is now. A payment with another secret gets new fields. */
  refresh(session: Session): Promise<void>;
  destroy(): void;
}

/** Mounts the element and resolves when it is ready to be filled in. Throws CheckoutError `element`. */
export async function mountElement(
  stripe: StripeJs,
  target: HTMLElement,
  session: Session,
  options: MountOptions,
): Promise<MountedElement> {
  let shown = await show(stripe, target, session, options);
  let secret = session.clientSecret;
  const renew = async (next: Session) => {
    shown.element.destroy();
    shown = await show(stripe, target, next, options);
    secret = next.clientSecret;
  };
  return {
    elements: () => shown.elements,
    refresh: async (next) => {
      if (next.clientSecret !== secret) return renew(next);
      const { error } = await shown.elements.fetchUpdates();
      if (error !== undefined) await renew(next);
    },
    destroy: () => shown.element.destroy(),
  };
}

interface Shown {
  elements: StripeElements;
  element: StripeElement;
}

async function show(stripe: StripeJs, target: HTMLElement, session: Session, options: MountOptions): Promise<Shown> {
  const { appearance, fonts, onChange } = options;
  const { clientSecret } = session;
  if (clientSecret === undefined) throw new CheckoutError('element', 'The payment service sent no client secret.');
  try {
    const elements = stripe.elements({ clientSecret, ...(appearance && { appearance }), ...(fonts && { fonts }) });
    const element = elements.create('payment', options.element ?? {});
    await new Promise<void>((resolve, reject) => {
      element.on('ready', () => resolve());
      element.on('loaderror', ({ error }) => reject(new CheckoutError('element', error.message ?? error.type)));
      if (onChange !== undefined) element.on('change', ({ complete }) => onChange({ complete }));
      element.mount(target);
    });
    return { elements, element };
  } catch (error) {
    throw thrown('element', error);
  }
}
