/** Transfers to merchants and their reversals at the sandbox. The outcome follows from the amount, the id from the asking. */
import type {
  Asking, Context, MarketplaceVerbs, Parameters, Settings, TransferAnswer, TransferKind,
} from '../../kit/index.js'; // prettier-ignore
import { reversalIdOf, transferIdOf } from './ids.js';
import type { OutcomeName } from './outcomes.js';
import { outcomeOf, problemOf } from './outcomes.js';
import { SLOW_MS } from './play.js';
import { delayMs } from './settings.js';

type TransferVerb = 'transfer' | 'reverseTransfer';

/** What the sandbox is sent. The outcome is chosen here, so that a replay ends as the first asking would have. */
type Sent = { verb: TransferVerb; outcome: OutcomeName; amount: number; to: string };

/** The verbs for transfers; those for accounts stand beside them. */
export const transfers: Pick<MarketplaceVerbs, 'transfer' | 'reverseTransfer' | 'readTransfer'> = {
  transfer: {
    prepare: ({ amount, accountId }, { tenant }) => send('transfer', { amount, to: accountId }, tenant.settings),
    ask,
  },
  reverseTransfer: {
    prepare: ({ amount, transferId }, { tenant }) =>
      send('reverseTransfer', { amount, to: transferId }, tenant.settings),
    ask,
  },
  readTransfer: (asking, context) => Promise.resolve(readTransfer(asking, context)),
};

function send(verb: TransferVerb, sent: { amount: number; to: string }, settings: Settings): Parameters {
  return { verb, outcome: outcomeOf(verb, sent.amount, settings), ...sent };
}

async function ask(asking: Asking, context: Context): Promise<TransferAnswer> {
  const { verb, outcome } = asking.parameters as Sent;
  if (outcome === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MS));
  const isOver = context.clock.now() - Date.parse(asking.askedAt) >= delayMs(context.tenant.settings);
  if (outcome === 'success' || outcome === 'slow' || (outcome === 'lost_answer' && isOver)) return done(asking);
  const answer = outcome === 'no_answer' || outcome === 'lost_answer' ? 'unknown' : 'rejected';
  return { answer, problem: problemOf(verb, outcome) };
}

/** What became of an asking. `absent` says that it never arrived. */
function readTransfer(
  asking: Asking & { kind: TransferKind },
  _context: Context,
): TransferAnswer & { absent?: boolean } {
  const { verb, outcome } = asking.parameters as Sent;
  if (outcome === 'no_answer') return { answer: 'unknown', absent: true, problem: problemOf(verb, outcome) };
  if (outcome === 'success' || outcome === 'slow' || outcome === 'lost_answer') return done(asking);
  return { answer: 'rejected', problem: problemOf(verb, outcome) };
}

function done({ parameters, operationId }: Asking): TransferAnswer {
  const { verb } = parameters as Sent;
  return { answer: 'completed', id: verb === 'transfer' ? transferIdOf(operationId) : reversalIdOf(operationId) };
}
