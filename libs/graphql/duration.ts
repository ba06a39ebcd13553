import { parseGoDuration } from '#apimachinery';

const DAY = 86_400_000;

/**
 * A duration as a client writes it, in milliseconds: as in Go, optionally with days before it, as ages are shown: `90s`, `1h30m`, `7d`,
 * `1d12h`. Undefined for what is none.
 */
export function parseDuration(text: string): number | undefined {
  const [, days, rest = ''] = /^(?:(\d{1,6})d(?![+-]))?(.{0,100})$/.exec(text) ?? [];
  const parsed = days !== undefined && rest === '' ? 0 : parseGoDuration(rest);
  return parsed === undefined ? undefined : Number(days ?? 0) * DAY + parsed;
}
