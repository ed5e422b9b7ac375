/** The console's page of the simulator's clock: what time it is there, stop it, move it, and what is booked. */
import type { Job, JobKind } from '../core/jobs.js';
import { isFrozen } from '../core/time.js';
import { CONSOLE, Layout, Moment } from './console-layout.js';
import type { Frame } from './console-layout.js';
import { jobsAhead } from './console-record.js';

export const CLOCK = `${CONSOLE}/clock`;

const STEPS = [
  { seconds: 60, label: '1 minute' },
  { seconds: 3600, label: '1 hour' },
  { seconds: 86_400, label: '1 day' },
  { seconds: 604_800, label: '7 days' },
];

const KINDS: Readonly<Partial<Record<JobKind, string>>> = {
  authorization_expires: 'Authorization expires',
  refund_succeeds: 'Refund arrives',
  refund_fails: 'Refund fails',
};

/** The page that shows the simulator's time and what is going to happen, and moves the clock. */
export function ClockPage({ frame }: { frame: Frame }) {
  const { sim } = frame;
  const frozen = isFrozen(sim.store);
  const jobs = jobsAhead(sim);
  return (
    <Layout frame={frame} title="Clock" tab={CLOCK}>
      <div class="title-row">
        <h1>Clock</h1>
      </div>
      <div class="columns">
        <section class={`card pad ${frozen ? 'tone-held toned' : ''}`}>
          <h2>{frozen ? 'The clock stands still' : 'The clock runs'}</h2>
          <p class="now">
            <Moment ms={sim.now()} />
          </p>
          <p class="quiet">
            <code>{new Date(sim.now()).toISOString()}</code>
          </p>
          <form class="actions" method="post" action={CLOCK}>
            <button class="button" name="verb" value={frozen ? 'continue' : 'freeze'}>
              {frozen ? 'Let it run' : 'Freeze'}
            </button>
          </form>
          <h3 id="forward">Move forward</h3>
          <form class="actions" method="post" action={CLOCK} aria-labelledby="forward">
            <input type="hidden" name="verb" value="advance" />
            {STEPS.map(({ seconds, label }) => (
              <button class="button" name="seconds" value={seconds}>
                {label}
              </button>
            ))}
          </form>
          <form class="search" method="post" action={CLOCK}>
            <label class="field">
              Seconds
              <input name="seconds" type="number" min="0" step="any" required />
            </label>
            <button class="button" name="verb" value="advance">
              Advance
            </button>
          </form>
          <p class="quiet">What is due by then happens at once. It never moves back.</p>
        </section>
        <JobList jobs={jobs.slice(0, 100)} title="Will happen by itself" />
      </div>
    </Layout>
  );
}

/** What is booked, soonest first. */
export function JobList({ jobs, title }: { jobs: Job[]; title: string }) {
  return (
    <section class="card pad">
      <h2>{title}</h2>
      {jobs.length === 0 && <p class="quiet">Nothing is booked.</p>}
      <ul class="plain">
        {jobs.map(({ kind, subject, at }) => (
          <li class="line">
            <span>
              {KINDS[kind] ?? kind.replaceAll('_', ' ')} <code>{subject}</code>
            </span>
            <span class="quiet">
              <Moment ms={at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
