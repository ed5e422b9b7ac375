/** The way of an order's money as a picture: from the customer to the shop and on to the merchants, and what came back. */
import { formatMoney } from '../../../domain/money.js';
import type { OrderView } from '../book.js';
import { moneyWay, type MerchantFlow, type MoneyWay } from '../money-way.js';
import type { AppRecord } from '../shop.js';
import type { Texts } from '../texts.js';
import { SHOP_NAME } from './layout.js';
import { lying, standing, type Box, type Party, type Picture, type Way } from './money-layout.js';

interface MoneyProps {
  view: OrderView;
  inside: AppRecord | undefined;
  texts: Texts;
}

type Money = (minor: number) => string;

/** Names are as long as people like; boxes are not. */
const LONGEST_NAME = 24;

/** The card with the picture; nothing for an order without merchants. Screen readers get the same as a list. */
export function MoneyCard({ view, inside, texts }: MoneyProps) {
  const way = moneyWay(view, inside);
  if (way === undefined) return null;
  const { currency } = view.order;
  const parties = partiesOf(way, view, texts, (minor) => formatMoney({ minor, currency }, texts.locale));
  return (
    <section class="card pad money" aria-labelledby="money-title" data-testid="money-way" data-stage={way.stage}>
      <h2 id="money-title">{texts.wayTitle}</h2>
      <p class="quiet">{texts.wayNote}</p>
      <Drawing picture={lying(parties)} name="lying" />
      <Drawing picture={standing(parties)} name="standing" />
      <ul class="unseen">
        {[parties.customer, parties.balance, ...parties.targets].map((party) => (
          <li>{sentenceOf(party)}</li>
        ))}
      </ul>
      <Numbers way={way} />
    </section>
  );
}

/** What the picture shows, for whoever checks it. */
function Numbers({ way }: { way: MoneyWay }) {
  const { given, givenBack, fee, kept, commission, balance, merchants } = way;
  const numbers = { given, givenBack, fee, kept, commission, balance, merchants };
  return <data class="unseen" value={JSON.stringify(numbers)} data-testid="money-numbers" aria-hidden="true" />;
}

function sentenceOf({ words: { name, sum, notes, back } }: Party): string {
  return `${name}: ${[sum, ...notes].join(' ')}${back === undefined ? '' : `; ${back.replace('↩ ', '')}`}`;
}

function partiesOf(way: MoneyWay, view: OrderView, texts: Texts, money: Money): Way {
  const { customer } = view.order;
  const isPaid = way.stage === 'paid';
  const named = `${customer.firstName} ${customer.lastName}`;
  const back = way.givenBack > 0 ? { back: texts.givenBack(money(way.givenBack)) } : {};
  const kept: Party = {
    kind: 'kept',
    words: {
      name: texts.keeps(SHOP_NAME),
      sum: money(way.kept),
      notes: way.commission > 0 ? [texts.ofWhichCommission(money(way.commission))] : [],
    },
    ...arriving(way.kept, isPaid),
  };
  const fee: Party = {
    kind: 'fee',
    words: { name: texts.feeOfPsp, sum: money(way.fee), notes: [] },
    ...arriving(way.fee, isPaid),
  };
  return {
    total: Math.max(way.given, 1),
    customer: {
      kind: 'customer',
      words: { name: shortened(named), sum: money(way.given), notes: [texts.customerGives[way.stage]], ...back },
      ...arriving(way.given, isPaid),
      back: way.givenBack,
    },
    balance: {
      kind: 'balance',
      words: { name: SHOP_NAME, sum: money(way.balance), notes: [texts.balanceNow] },
      ...arriving(0, isPaid),
    },
    targets: [...way.merchants.map((flow) => merchantParty(flow, texts, money)), kept, ...(way.fee > 0 ? [fee] : [])],
  };
}

function merchantParty({ name, has, open, back }: MerchantFlow, texts: Texts, money: Money): Party {
  const first = has === 0 && open > 0 ? texts.stillToCome : texts.received;
  return {
    kind: has > 0 ? 'merchant' : 'waiting',
    words: {
      name: shortened(name),
      sum: money(has === 0 ? open : has),
      notes: [first, ...(has > 0 && open > 0 ? [texts.moreToCome(money(open))] : [])],
      ...(back > 0 && { back: texts.takenBack(money(back)) }),
    },
    moved: has,
    open,
    back,
  };
}

function arriving(amount: number, isPaid: boolean): Pick<Party, 'moved' | 'open' | 'back'> {
  return { moved: isPaid ? amount : 0, open: isPaid ? 0 : amount, back: 0 };
}

function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

function Drawing({ picture, name }: { picture: Picture; name: string }) {
  const { width, height, boxes, arrows } = picture;
  return (
    <svg class={`money-${name}`} viewBox={`-2 -2 ${width + 4} ${Math.ceil(height) + 4}`} aria-hidden="true">
      {arrows.map(({ kind, path, head, thickness }) => (
        <g class={`arrow arrow-${kind}`}>
          <path d={path} fill="none" stroke-width={Math.round(thickness * 10) / 10} />
          <polygon points={head} />
        </g>
      ))}
      {boxes.map((box) => (
        <Boxed box={box} />
      ))}
    </svg>
  );
}

function Boxed({ box: { kind, x, y, width, height, words } }: { box: Box }) {
  const lines = [
    { kind: 'name', text: words.name, step: 20 },
    { kind: 'sum', text: words.sum, step: 27 },
    ...words.notes.map((text) => ({ kind: 'note', text, step: 20 })),
    ...(words.back === undefined ? [] : [{ kind: 'back', text: words.back, step: 20 }]),
  ];
  // The words stand in the middle of a box that is higher than they are.
  let baseline = y + (height - lines.reduce((total, { step }) => total + step, 0)) / 2 - 5;
  return (
    <g class={`box box-${kind}`}>
      <rect x={x} y={y} width={width} height={height} rx="12" />
      {lines.map((line) => (
        <text class={`box-${line.kind}`} x={x + 16} y={(baseline += line.step)}>
          {line.text}
        </text>
      ))}
    </g>
  );
}
