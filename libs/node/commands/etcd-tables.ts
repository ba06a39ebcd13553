/** Texts as etcdctl prints them (olekukonko/tablewriter, dustin/go-humanize). */

const centred = (text: string, width: number): string => {
  const left = Math.floor((width - text.length) / 2);
  return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
};

/** A table with borders: the head is centred, numbers stand on the right. */
export function bordered(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = head.map((name, at) => Math.max(name.length, ...rows.map((row) => (row[at] ?? '').length)));
  const rule = `+${widths.map((width) => '-'.repeat(width + 2)).join('+')}+\n`;
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  const cell = (text: string, width: number): string => (/^-?[\d.]+%?$/.test(text) ? text.padStart(width) : text.padEnd(width));
  const body = rows.map((row) => line(widths.map((width, at) => cell(row[at] ?? '', width))));
  return [rule, line(head.map((name, at) => centred(name, widths[at] ?? 0))), rule, ...body, rule].join('');
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** Bytes with a unit: `20 kB`, `2.1 GB`. */
export function bytesText(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  const exponent = Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = Math.floor((bytes / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 && exponent > 0 ? value.toFixed(1) : Math.round(value)} ${UNITS[exponent]}`;
}
