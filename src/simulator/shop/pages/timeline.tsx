/** Everything that happened to an order, newest first: requests, answers, messages and commands with their contents. */
import type { ComponentChildren } from 'preact';
import type { Entry, OrderView } from '../book.js';
import type { Answer } from '../record.js';
import type { Texts } from '../texts.js';
import { Json, Moment, type Frame } from './layout.js';

type Direction = 'fromApp' | 'toApp' | 'inShop';

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
          <Row entry={entry} view={view} texts={texts} />
        ))}
      </ol>
    </section>
  );
}

function Row({ entry, view, texts }: { entry: Entry; view: OrderView; texts: Texts }) {
  const { direction, title, note, isBad, parts = [] } = shownAs(entry, view, texts);
  return (
    <li class={`entry from-${direction} ${isBad ? 'bad' : ''}`} data-testid={testIdOf(entry)}>
      <div class="entry-head">
        <Chip>{texts[direction]}</Chip>
        <strong>{title}</strong>
        <Moment at={entry.at} texts={texts} isShort />
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
    case 'message_received': {
      const { message } = entry;
      const known = view.messages.find((other) => other.message.id === message.id);
      const repeats =
        known !== undefined && known.redeliveries > 0 ? ` · ${texts.redelivered} ×${known.redeliveries}` : '';
      return {
        direction: 'fromApp',
        title: message.name,
        note: `${message.channel}${repeats}`,
        isBad: message.name.endsWith('Failed'),
        parts: [
          { label: texts.payload, value: message.payload },
          { label: texts.attributes, value: message.attributes },
        ],
      };
    }
    case 'message_redelivered': {
      const known = view.messages.find(({ message }) => message.id === entry.messageId);
      return { direction: 'fromApp', title: known?.message.name ?? entry.messageId, note: texts.entryRedelivered };
    }
    case 'command_written': {
      const { payload, ...attributes } = entry.command;
      return {
        direction: 'toApp',
        title: entry.command.name,
        note: 'payment-commands',
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
    case 'connection_answered':
      return answered(entry.verb, entry.answer, texts);
  }
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
