/** Turns the figures of all rounds into the table that is printed and the document that is written. */
import { cpus } from 'node:os';
import { CALLERS, median } from './load.mjs';
import { CALM_PER_SECOND } from './rounds.mjs';

/** What is shown, in this order: a title, and where the figure is. */
const LINES = [
  ['initialize                    per second', 'initialize', 'perSecond'],
  ['                              p50 ms', 'initialize', 'p50'],
  ['                              p99 ms', 'initialize', 'p99'],
  ['webhook, acknowledged         per second', 'webhook', 'perSecond'],
  ['                              p50 ms', 'webhook', 'p50'],
  ['                              p99 ms', 'webhook', 'p99'],
  ['webhook, applied              per second', 'webhookApplied', 'perSecond'],
  ['capture, acknowledged         per second', 'capture', 'perSecond'],
  ['                              p50 ms', 'capture', 'p50'],
  ['                              p99 ms', 'capture', 'p99'],
  ['capture, told to the shop     per second', 'captured', 'perSecond'],
  [`  at ${CALM_PER_SECOND} commands per second   p50 ms`, 'capturedCalmly', 'p50'],
  ['                              p99 ms', 'capturedCalmly', 'p99'],
  ['CPU per initialize            server ms', 'initializeCpu', 'server'],
  ['                              database ms', 'initializeCpu', 'database'],
  ['CPU per webhook, both parts   server ms', 'webhookCpu', 'server'],
  ['                              database ms', 'webhookCpu', 'database'],
  ['CPU per capture, both parts   server ms', 'captureCpu', 'server'],
  ['                              database ms', 'captureCpu', 'database'],
];

/** The figures of each line: medians of both sides, the median ratio app / bare and its range over the rounds. */
export function summarize(rounds) {
  return LINES.map(([title, step, figure]) => {
    const of = (side) => rounds.map((round) => round[side][step][figure]);
    const app = of('app');
    const bare = of('bare');
    const ratios = app.map((value, n) => value / bare[n]);
    return {
      title,
      step,
      figure,
      app: median(app),
      bare: median(bare),
      ratio: median(ratios),
      lowest: Math.min(...ratios),
      highest: Math.max(...ratios),
    };
  });
}

/** The table as text. */
export function toTable(summary) {
  const head = row(['', 'app', 'bare', 'app / bare', 'range']);
  const known = summary.filter(({ app, bare }) => Number.isFinite(app) && Number.isFinite(bare));
  const lines = known.map(({ title, app, bare, ratio, lowest, highest }) =>
    row([title, shown(app), shown(bare), `${ratio.toFixed(2)} x`, `${lowest.toFixed(2)} - ${highest.toFixed(2)}`]),
  );
  return [head, '-'.repeat(head.length), ...lines].join('\n');
}

/** What was measured on. */
export function machineLine(postgres, rounds) {
  const [cpu] = cpus();
  return `${cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), Node ${process.version}, PostgreSQL ${postgres}, ${CALLERS} connections, median of ${rounds} rounds`;
}

function shown(value) {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

function row([title, ...cells]) {
  return title.padEnd(42) + cells.map((cell) => cell.padStart(14)).join('');
}
