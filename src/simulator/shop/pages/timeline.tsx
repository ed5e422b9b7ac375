/** Everything that happened to an order, newest first: requests, answers, messages and commands with their contents. */
import type { ComponentChildren } from 'preact';
import { isoTime } from '../../../domain/clock.js';
import { formatMoney } from '../../../domain/money.js';
import type { Entry, OrderView } from '../book.js';
import type { OutsidePress } from '../outside.js';
import { transfersIn } from '../payout.js';
import type { Answer } from '../record.js';
import type { Texts } from '../texts.js';
import { Json, Moment, type Frame } from './layout.js';

type Direction = 'fromApp' | 'toApp' | 'inShop' | 'outside';

/** How one record is shown. */
interface Shown {
  direction: Direction;
  title: string;
  note?: string;
  isBad?: boolean;
  parts?: { label: string; value: unknown }[];
}

/** What happened to an order, step by step, with what was said at each step. */
export function Timeline({ view, frame }: { view: OrderView; frame: Frame }) {
  const { texts } = frame;
  return (
    <section class="card pad" id="timeline" data-live aria-labelledby="timeline-title">
      <h2 id="timeline-title">{texts.timeline}</h2>
      <p class="quiet">{texts.timelineNote}</p>
      <ol class="timeline">
        {view.timeline.toReversed().map((entry) => (
          <Row entry={entry} view={view} frame={frame} />
        ))}
      </ol>
    </section>
  );
}

function Row({ entry, view, frame }: { entry: Entry; view: OrderView; frame: Frame }) {
  const { texts, shop } = frame;
  const isToday = entry.at.slice(0, 10) === isoTime(shop.clock).slice(0, 10);
  const { direction, title, note, isBad, parts = [] } = shownAs(entry, view, texts);
  return (
    <li class={`entry from-${direction} ${isBad ? 'bad' : ''}`} data-testid={testIdOf(entry)}>
      <div class="entry-head">
        <Chip>{direction === 'outside' ? texts.outsideMark : texts[direction]}</Chip>
        <strong>{title}</strong>
        <Moment at={entry.at} texts={texts} isShort={isToday} />
      </div>
      {note !== undefined && <p class="quiet">{note}</p>}
      {parts.length > 0 && (
        <div class="entry-parts">
          {parts.map(({ label, value }, index) => (
            <Json id={`entry-${entry.place}-${index}`} label={label} value={value} />
          ))}
        </div>
      )}
    </li>
  );
}

function Chip({ children }: { children: ComponentChildren }) {
  return <span class="chip">{children}</span>;
}

function testIdOf(entry: Entry): string {
  if (entry.kind === 'message_received') return 'message-row';
  return entry.kind === 'command_written' ? 'command-row' : 'timeline-row';
}

function shownAs(entry: Entry, view: OrderView, texts: Texts): Shown {
  switch (entry.kind) {
    case 'order_placed':
      return { direction: 'inShop', title: texts.entryPlaced };
    case 'payment_asked':
      return {
        direction: 'toApp',
        title: texts.entryAsked,
        note: `POST ${entry.url}`,
        parts: [{ label: texts.requestBody, value: entry.request }],
      };
    case 'payment_answered':
      return answered(texts.entryAnswered, entry.answer, texts);
    case 'message_received':
      return received(entry, view, texts);
    case 'message_redelivered': {
      const known = view.messages.find(({ message }) => message.id === entry.messageId);
      return { direction: 'fromApp', title: known?.message.name ?? entry.messageId, note: texts.entryRedelivered };
    }
    case 'command_written': {
      const { payload, ...attributes } = entry.command;
      return {
        direction: 'toApp',
        title: entry.command.name,
        note: `payment-commands${aboutOf(payload, texts)}`,
        parts: [
          { label: texts.payload, value: payload },
          { label: texts.attributes, value: attributes },
        ],
      };
    }
    case 'command_answered': {
      const isTaken = entry.answer.status >= 200 && entry.answer.status < 300;
      return answered(isTaken ? texts.entryCommandAnswered : texts.entryCommandRefused, entry.answer, texts);
    }
    case 'outside_done':
      return { direction: 'outside', title: outsideTitle(entry.press, view, texts) };
    case 'time_passed': {
      const { seconds } = entry;
      return { direction: 'outside', title: texts.timePassed(texts.timeSteps[seconds] ?? `${seconds} s`) };
    }
    case 'transfers_asked':
      return transfersAsked(entry, texts);
    case 'transfers_answered':
      return transfersAnswered(entry.answer, texts);
    default:
      // Everything else is about no order.
      return { direction: 'inShop', title: entry.kind };
  }
}

function received({ message }: Entry<'message_received'>, view: OrderView, texts: Texts): Shown {
  const known = view.messages.find((other) => other.message.id === message.id);
  const repeats = known !== undefined && known.redeliveries > 0 ? ` · ${texts.redelivered} ×${known.redeliveries}` : '';
  return {
    direction: 'fromApp',
    title: message.name,
    note: `${message.channel}${aboutOf(message.payload, texts)}${repeats}`,
    isBad: message.name.endsWith('Failed'),
    parts: [
      { label: texts.payload, value: message.payload },
      { label: texts.attributes, value: message.attributes },
    ],
  };
}

function transfersAsked({ verb, url, items }: Entry<'transfers_asked'>, texts: Texts): Shown {
  return {
    direction: 'toApp',
    title: verb === 'payout' ? texts.entryPayout : texts.entryReversal,
    note: `POST ${url} · ${texts.itemCount(items.length)}`,
    parts: [{ label: texts.requestBody, value: { orderItems: items, paymentTransmissionItems: items } }],
  };
}

/** Transfers fail one by one, under a status code that says nothing of it. */
function transfersAnswered(answer: Answer, texts: Texts): Shown {
  const shown = answered(texts.entryTransfersAnswered, answer, texts);
  return { ...shown, isBad: shown.isBad === true || transfersIn(answer).some(({ isSuccessful }) => !isSuccessful) };
}

/** What a message or command is about: how much money, how many items. */
function aboutOf(payload: Readonly<Record<string, unknown>>, texts: Texts): string {
  const { amount, currencyIsoCode: currency, orderItemIds: ids } = payload;
  const minor = Math.abs(Number(amount));
  const money = typeof currency === 'string' && minor > 0 ? ` · ${formatMoney({ minor, currency }, texts.locale)}` : '';
  const count = typeof ids === 'object' && ids !== null ? Object.keys(ids).length : 0;
  return count > 0 ? `${money} · ${texts.itemCount(count)}` : money;
}

function outsideTitle({ button, amount }: OutsidePress, { order }: OrderView, texts: Texts): string {
  const label = texts.outside[button]?.label ?? button.replaceAll('_', ' ');
  return amount === undefined
    ? label
    : `${label}: ${formatMoney({ minor: amount, currency: order.currency }, texts.locale)}`;
}

function answered(title: string, { status, body }: Answer, texts: Texts): Shown {
  return {
    direction: 'fromApp',
    title,
    note: status === 0 ? texts.noAnswer : `HTTP ${status}`,
    isBad: status < 200 || status > 299,
    parts: body === '' ? [] : [{ label: texts.answerBody, value: body }],
  };
}
