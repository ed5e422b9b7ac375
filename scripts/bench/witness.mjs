/** Looks for what was lost or done twice: speed that costs a payment is none. */
import { request } from 'undici';

const CHECKS = {
  'payments captured': `select count(*)::int as n from payments where status = 'captured'`,
  'payments in all': `select count(*)::int as n from payments`,
  'initialize operations succeeded': `select count(*)::int as n from operations where kind = 'initialize' and status = 'succeeded'`,
  'capture operations succeeded': `select count(*)::int as n from operations where kind = 'capture' and status = 'succeeded'`,
  'webhooks applied': `select count(*)::int as n from inbox where source = 'webhook' and state = 'done'`,
  'commands applied': `select count(*)::int as n from inbox where source = 'command' and state = 'done'`,
  'PaymentCreated told': `select count(*)::int as n from outbox where name = 'PaymentCreated'`,
  'PaymentAuthorized told': `select count(*)::int as n from outbox where name = 'PaymentAuthorized'`,
  'PaymentCaptured told': `select count(*)::int as n from outbox where name = 'PaymentCaptured'`,
};

/** Lines about everything that does not match; none when nothing was lost and nothing was done twice. */
export async function findLosses(sides, sent, psp) {
  const losses = [];
  const expect = (what, seen, wanted) => {
    if (seen !== wanted) losses.push(`${what}: ${seen} instead of ${wanted}`);
  };
  for (const side of sides) {
    for (const [what, query] of Object.entries(CHECKS)) {
      const { rows } = await side.db.query(query);
      expect(`${side.name}, ${what}`, rows[0].n, sent[side.name]);
    }
  }
  const counts = await (await request(`${psp}/bench/counts`)).body.json();
  const all = sides.reduce((sum, side) => sum + sent[side.name], 0);
  expect('PSP, payments created', counts.created, all);
  expect('PSP, payments captured once', counts.captured, all);
  expect('PSP, payments captured twice', counts.capturedTwice, 0);
  return losses;
}
