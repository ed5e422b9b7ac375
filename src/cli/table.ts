/** Tables for a terminal. */

/** What some terminals obey instead of showing. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
const GAP = '  ';

/** Rows below a heading, each column as wide as its longest cell; an empty cell is a dash. Control characters are left out. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [heading, ...rows].map((row) => row.map((cell) => cell.replace(CONTROL, '') || '-'));
  const widths = heading.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}

/** An ISO time as people read it, in UTC to the minute. */
export function minute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
