import { parseGoDuration } from '#apimachinery';

/** A process that sleeps for longer than this many milliseconds (a hundred years) is assumed never to wake. */
const LONGEST_SLEEP = 100 * 365 * 86_400_000;

function durationOf(operand: string): number | undefined {
  if (/^inf(inity)?$/i.test(operand)) return Number.POSITIVE_INFINITY;
  if (!operand.endsWith('d')) return parseGoDuration(/^[\d.]+$/.test(operand) ? `${operand}s` : operand);
  const days = operand.slice(0, -1);
  return /^(\d+\.?|\d*\.\d+)$/.test(days) ? Number(days) * 86_400_000 : undefined;
}

/** The duration of a sleep's operands in milliseconds: `30`, `1h`, `2m 30s`, `infinity`; undefined if they are invalid. */
export function sleepTime(operands: readonly string[]): number | undefined {
  if (operands.length === 0) return undefined;
  let total = 0;
  for (const operand of operands) {
    const time = durationOf(operand);
    if (time === undefined) return undefined;
    total += time;
  }
  return total > LONGEST_SLEEP ? Number.POSITIVE_INFINITY : total;
}
