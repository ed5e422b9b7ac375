/** Numbers a person may type on the payment page, beside the checkout. */
import type { Texts } from '../texts.js';

/** The cards and what becomes of them. */
export function TestCards({ texts }: { texts: Texts }) {
  const cards = [
    { number: '4242 4242 4242 4242', text: texts.cardOk },
    { number: '4000 0027 6000 3184', text: texts.cardSecure },
    { number: '4000 0000 0000 0002', text: texts.cardDeclined },
  ];
  return (
    <div class="hint">
      <h3>{texts.testCards}</h3>
      <ul>
        {cards.map(({ number, text }) => (
          <li>
            <code>{number}</code> <span>{text}</span>
          </li>
        ))}
      </ul>
      <p>{texts.testCardsNote}</p>
      <p>{texts.otherMethodsNote}</p>
    </div>
  );
}
