/** The lines of a payment that the shop shows its people: what the connector says, and when which status came. */
import type { HistoryRow, Payment, PaymentStatus } from './payment.js';

/** Connector's lines first, then each status with the time it was reached last, then the move that just happened. */
export function paymentDetails(
  payment: Payment,
  history: readonly HistoryRow[],
  move?: { from: PaymentStatus; to: PaymentStatus },
): Record<string, string> {
  const lines: Record<string, string> = { ...payment.details };
  for (const row of history) {
    // A refused move is in the history for us; to the shop nothing happened.
    if (row.fromStatus === row.toStatus) continue;
    lines[`External status "${row.toStatus}"`] = plainTime(row.at);
  }
  if (move !== undefined) {
    lines['sourceStatus'] = move.from;
    lines['targetStatus'] = move.to;
  }
  return lines;
}

/** UTC without a zone: `2026-05-09 10:00:00`. */
function plainTime(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19).replace('T', ' ');
}
