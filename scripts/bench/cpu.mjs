/**
 * How much CPU time a step took, which stays the same when other programs use the machine too. Linux tells it; elsewhere
 * these figures are left out.
 */
import { readFile } from 'node:fs/promises';

/** Linux counts in hundredths of a second, whatever the machine. */
const MS_PER_TICK = 10;

/** CPU time in ms so far: of the side's server, and of the database processes that work for it. */
export async function readCpu({ pid, db }) {
  const { rows } = await db.query(
    'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  const database = new Map();
  for (const row of rows) database.set(row.pid, await cpuOf(row.pid));
  return { server: await cpuOf(pid), database };
}

/** What was used between two readings, per payment. A database process that is new since then counts from zero. */
export function cpuPerPayment(before, after, count) {
  let database = 0;
  for (const [pid, used] of after.database) database += used - (before.database.get(pid) ?? 0);
  return { server: (after.server - before.server) / count, database: database / count };
}

async function cpuOf(pid) {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is a name that may hold anything, so fields are counted from its end.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}
