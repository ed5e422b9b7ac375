/** The three checkouts of the shop, one beside the other. */
import type { Texts } from '../texts.js';

export type CheckoutWay = 'page' | 'headless' | 'express';

const WAYS = [
  { way: 'page', path: '/', text: 'wayPage' },
  { way: 'headless', path: '/headless', text: 'wayHeadless' },
  { way: 'express', path: '/express', text: 'wayExpress' },
] as const;

/** Links to the other checkouts. */
export function Ways({ way, texts }: { way: CheckoutWay; texts: Texts }) {
  return (
    <nav class="ways" aria-label={texts.ways}>
      {WAYS.map((entry) => (
        <a href={entry.path} aria-current={entry.way === way ? 'page' : undefined} data-testid={`way-${entry.way}`}>
          {texts[entry.text]}
        </a>
      ))}
    </nav>
  );
}
