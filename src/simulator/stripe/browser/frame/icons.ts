/** Small pictures for the tabs, drawn here: no brand's logo, and nothing to load. */
import type { Method } from './method-form.js';

const SVG = 'http://www.w3.org/2000/svg';

const PATHS: Readonly<Record<Method, string>> = {
  card: 'M2.5 5h15v10h-15z M2.5 8.5h15 M5 12h3',
  customer_balance: 'M3 8h13 M13 5l3 3-3 3 M17 13H4 M7 10.5L4 13l3 3',
  ideal: 'M5.5 2.5h9v15h-9z M9 15h2',
  klarna: 'M3 6h14v11H3z M3 10h14 M6.5 3.5V7 M13.5 3.5V7',
  paypal: 'M3 6.5V15.5h14v-9z M3 6.5L14 4v2.5 M13 11h4',
  sepa_debit: 'M3 8l7-4.5L17 8z M5 8v6 M10 8v6 M15 8v6 M3 16h14',
};

/** The picture of a method; screen readers pass it by. */
export function iconOf(method: Method): SVGSVGElement {
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('viewBox', '0 0 20 20');
  icon.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', PATHS[method]);
  icon.append(path);
  return icon;
}
