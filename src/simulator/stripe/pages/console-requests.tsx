/** The console's page of requests: the journal, and what was refused as not simulated or looked odd. */
import type { JournalEntry } from '../core/journal.js';
import { OWN } from '../core/store.js';
import { Badge, CONSOLE, Json, Layout, Moment, Pager, pageOfRows } from './console-layout.js';
import type { Frame } from './console-layout.js';

export const REQUESTS = `${CONSOLE}/requests`;

/** The page that lists the requests the simulator was asked, the newest first. */
export function RequestsPage({ frame }: { frame: Frame }) {
  const { read } = frame.sim.store;
  const entries = [...read.all('requests', OWN)].reverse();
  const { rows, number } = pageOfRows(entries, frame.query);
  const odd = [
    ...read
      .all('unsupported', OWN)
      .map(({ method, path, param, count }) => ({ text: `${method} ${path} ${param ?? ''}`.trim(), count })),
    ...read.all('warnings', OWN).map(({ message, count }) => ({ text: message, count })),
  ];
  return (
    <Layout frame={frame} title="Requests" tab={REQUESTS}>
      <div class="title-row">
        <h1>Requests</h1>
        <p class="quiet">Keys, client secrets and card numbers are never kept.</p>
      </div>
      {odd.length > 0 && (
        <section class="card pad tone-held toned">
          <h2>Not simulated, or odd</h2>
          <ul class="plain">
            {odd.map(({ text, count }) => (
              <li class="line">
                <code>{text}</code>
                <span class="quiet">{count === 1 ? 'once' : `${count} times`}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section class="card pad">
        <RequestList entries={rows} />
      </section>
      <Pager path={REQUESTS} query={{}} count={entries.length} number={number} />
    </Layout>
  );
}

/** Requests, each with what was sent. `isShort` leaves the account out. */
export function RequestList({ entries, isShort = false }: { entries: JournalEntry[]; isShort?: boolean }) {
  if (entries.length === 0) return <p class="quiet">No request yet.</p>;
  return (
    <ol class="timeline">
      {entries.map((entry) => (
        <li>
          <div class="line whole">
            <code class="call">{`${entry.method} ${entry.path}`}</code>
            <Badge tone={entry.status >= 200 && entry.status < 300 ? 'good' : 'bad'}>
              {entry.status === 0 ? 'cut' : entry.status}
            </Badge>
          </div>
          <p class="quiet">
            <Moment ms={entry.at * 1000} />
            {remarksOf(entry, isShort).map((remark) => ` · ${remark}`)}
          </p>
          <Json label={entry.id} value={{ query: entry.query, body: entry.body }} />
        </li>
      ))}
    </ol>
  );
}

function remarksOf(entry: JournalEntry, isShort: boolean): string[] {
  return [
    entry.errorCode ?? '',
    entry.replayed ? 'replayed' : entry.executed ? '' : 'not carried out',
    entry.fault === null ? '' : `fault: ${entry.fault}`,
    entry.key === 'publishable' ? 'from a browser' : '',
    isShort ? '' : (entry.account ?? 'no account'),
    entry.idempotencyKey === null ? '' : `key ${entry.idempotencyKey}`,
  ].filter((remark) => remark !== '');
}
