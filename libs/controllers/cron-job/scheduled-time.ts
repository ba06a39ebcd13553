import type { Instant } from '#apimachinery';
import { formatTime } from '#apimachinery';

/** A time as RFC 3339 with the offset of a time zone; `Z` without one, and in UTC. */
export function timeInZone(at: Instant, zone: string | undefined): string {
  if (zone === undefined || zone === '' || zone === 'UTC') return formatTime(at);
  const format = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' });
  const name = format.formatToParts(new Date(at)).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes] = /^GMT([+-])(\d\d):(\d\d)/.exec(name) ?? [];
  if (sign === undefined) return formatTime(at);
  const offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  return formatTime(at + offset).replace(/Z$/, `${sign}${hours}:${minutes}`);
}
