/** Times as text: what Go's metav1.Time and MicroTime accept and how they write it again (apimachinery/pkg/apis/meta/v1/{time,micro_time}.go). */
const canonical = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
const rfc3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const parts = ['2006', '-', '01', '-', '02', 'T', '15', ':', '04', ':', '05'];
const widths = [4, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2];

const quote = (text: string): string => JSON.stringify(text);

/** Go's error message for a time that does not match a layout. */
export function timeError(text: string, micro: boolean): string {
  const layout = micro ? '2006-01-02T15:04:05.000000Z07:00' : '2006-01-02T15:04:05Z07:00';
  const head = `parsing time ${quote(text)} as ${quote(layout)}: `;
  let at = 0;
  for (const [i, part] of parts.entries()) {
    const piece = text.slice(at, at + (widths[i] ?? 0));
    const fits = /\d/.test(part) ? new RegExp(`^\\d{${part.length}}$`).test(piece) : piece === part;
    if (!fits) return `${head}cannot parse ${quote(text.slice(at))} as ${quote(part)}`;
    at += piece.length;
  }
  const match = rfc3339.exec(text);
  if (match) {
    if (micro && match[7]?.length !== 7) return `${head}cannot parse ${quote(text.slice(at))} as ".000000"`;
    const unit =
      Number(match[2]) > 12 || Number(match[2]) < 1 ? 'month' : Number(match[4]) > 23 ? 'hour' : Number(match[5]) > 59 ? 'minute' : 'day';
    return `parsing time ${quote(text)}: ${unit} out of range`;
  }
  const rest = text.slice(at).replace(/^\.\d+/, '');
  return /^Z./.test(rest)
    ? `parsing time ${quote(text)}: extra text: ${quote(rest.slice(1))}`
    : `${head}cannot parse ${quote(rest)} as "Z07:00"`;
}

function parse(text: string): { millis: number; fraction: string } | undefined {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const date = new Date(Date.UTC(2000, (month ?? 1) - 1, 1, hour, minute, second));
  date.setUTCFullYear(year ?? 0, (month ?? 1) - 1, day);
  // Values out of range carry over: then the parts differ from the given ones.
  const carried =
    date.getUTCMonth() + 1 !== month ||
    date.getUTCDate() !== day ||
    date.getUTCHours() !== hour ||
    date.getUTCMinutes() !== minute ||
    date.getUTCSeconds() !== second;
  if (carried) return undefined;
  const zone = match[8] ?? 'Z';
  const minutes = zone === 'Z' ? 0 : Number(`${zone[0]}1`) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4)));
  return { millis: date.getTime() - minutes * 60_000, fraction: match[7]?.slice(1) ?? '' };
}

const whole = (millis: number): string => new Date(millis).toISOString().slice(0, 19);

/** RFC 3339 in UTC, whole seconds; undefined if the text is not a time. */
export function canonicalTime(text: string): string | undefined {
  if (canonical.test(text)) return text;
  const time = parse(text);
  return time && `${whole(time.millis)}Z`;
}

/** RFC 3339 in UTC with six digits of fraction, which the text must have too; undefined if it is not such a time. */
export function canonicalMicroTime(text: string): string | undefined {
  const time = parse(text);
  return time && time.fraction.length === 6 ? `${whole(time.millis)}.${time.fraction}Z` : undefined;
}
