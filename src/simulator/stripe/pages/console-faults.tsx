/** The console's page of fault rules: what goes wrong next, and a form to make something go wrong. */
import { EFFECTS } from '../core/faults.js';
import type { Effect, FaultRule } from '../core/faults.js';
import { OWN } from '../core/store.js';
import { Badge, CONSOLE, Layout } from './console-layout.js';
import type { Frame } from './console-layout.js';

export const FAULTS = `${CONSOLE}/faults`;

const MEANINGS: Readonly<Record<Effect, string>> = {
  drop_before: 'connection cut before anything happens',
  drop_after: 'carried out, then the connection is cut',
  error_500: '500, nothing happens',
  error_500_after: 'carried out, then 500',
  rate_limit: '429, too many requests',
  lock_timeout: '429, the object is locked',
  hang: 'never answered, nothing happens',
  slow: 'carried out after the delay',
  conflict: '409, idempotency key in use',
  error_503: '503, nothing happens',
  truncated: 'carried out, half of the answer is sent',
  unauthorized: '401, the key has expired',
  forbidden: '403, the key may not do this',
};

const PATHS = [
  '/v1/payment_intents',
  '/v1/payment_intents/*',
  '/v1/payment_intents/*/confirm',
  '/v1/payment_intents/*/capture',
  '/v1/payment_intents/*/cancel',
  '/v1/refunds',
  '/v1/webhook_endpoints',
  '/v1/**',
];

/** `typed` is what stood in the form when it was refused. */
export function FaultsPage({ frame, typed }: { frame: Frame; typed: Record<string, unknown> }) {
  const rules = frame.sim.store.read.all('faults', OWN);
  return (
    <Layout frame={frame} title="Faults" tab={FAULTS}>
      <div class="title-row">
        <h1>Faults</h1>
      </div>
      <div class="columns">
        <AddForm typed={typed} />
        <section class="card pad">
          <h2>Rules</h2>
          {rules.length === 0 && <p class="quiet">Nothing goes wrong on purpose.</p>}
          <ul class="plain">
            {rules.map((rule) => (
              <Rule rule={rule} />
            ))}
          </ul>
          {rules.length > 1 && (
            <form method="post" action={FAULTS}>
              <button class="button danger" name="verb" value="clear">
                Clear all
              </button>
            </form>
          )}
        </section>
      </div>
    </Layout>
  );
}

function Rule({ rule }: { rule: FaultRule }) {
  const { method, path, nth } = rule.match;
  return (
    <li class="line rule">
      <span>
        <code>{`${method ?? 'ANY'} ${path ?? 'any path'}`}</code>
        <span class="quiet">
          {MEANINGS[rule.effect]}
          {rule.effect === 'slow' && ` (${rule.delayMs} ms)`}
          {nth !== undefined && `, from matching request ${nth} on`}
        </span>
      </span>
      <Badge tone={rule.times > 0 ? 'bad' : 'quiet'}>{rule.times > 0 ? `${rule.times} more` : 'used up'}</Badge>
      <form method="post" action={FAULTS}>
        <input type="hidden" name="verb" value="remove" />
        <button class="button small" name="id" value={rule.id} aria-label={`Remove rule ${rule.id}`}>
          Remove
        </button>
      </form>
    </li>
  );
}

function AddForm({ typed }: { typed: Record<string, unknown> }) {
  const was = (name: string, otherwise: string): string =>
    typeof typed[name] === 'string' ? (typed[name] as string) : otherwise;
  return (
    <form class="card pad fields" method="post" action={FAULTS}>
      <h2>Make something go wrong</h2>
      <label class="field">
        Method
        <select name="method">
          {['', 'GET', 'POST', 'DELETE'].map((method) => (
            <option value={method} selected={method === was('method', 'POST')}>
              {method === '' ? 'Any' : method}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Times
        <input name="times" type="number" min="1" max="10000" required value={was('times', '1')} />
      </label>
      <label class="field wide">
        Path
        <input
          name="path"
          list="paths"
          value={was('path', '/v1/payment_intents/*/capture')}
          autocomplete="off"
          aria-describedby="path-hint"
        />
        <small id="path-hint">* is one segment, ** is anything; empty is any path.</small>
        <datalist id="paths">
          {PATHS.map((path) => (
            <option value={path} />
          ))}
        </datalist>
      </label>
      <label class="field wide">
        Effect
        <select name="effect">
          {EFFECTS.map((effect) => (
            <option value={effect} selected={effect === was('effect', 'error_500')}>
              {`${effect}: ${MEANINGS[effect]}`}
            </option>
          ))}
        </select>
      </label>
      <label class="field wide">
        Delay in milliseconds
        <input name="delayMs" type="number" min="0" max="600000" value={was('delayMs', '3000')} />
        <small>For “slow” only.</small>
      </label>
      <button class="button primary" name="verb" value="add">
        Add rule
      </button>
    </form>
  );
}
