import { parseGoDuration } from '#apimachinery';
import { matchesPattern } from '../pattern.js';
import { isCIDR, isIPv4, isIPv6, isMAC } from './addresses.js';
import { isCreditCard, isISBN10, isISBN13 } from './check-digits.js';
import { isDate, isDateTime } from './dates.js';
import { isEmail, isRequestURI } from './internet.js';

/** Formats of strings that schemas may ask for (apiextensions-apiserver/pkg/apiserver/validation/formats.go, kube-openapi strfmt). */

const HOSTNAME =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$';

const isHostname = (text: string): boolean =>
  text.length <= 255 &&
  matchesPattern(HOSTNAME, text) &&
  Buffer.byteLength(text) <= 255 &&
  text.split('.').every((part) => Buffer.byteLength(part) <= 63);

const uuid = (version: string, variant: string): RegExp =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}-?${variant}-?[0-9a-f]{12}$`, 'i');
const ANY = '[0-9a-f]{4}';
const byte = '(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';

const whole =
  (pattern: RegExp) =>
  (text: string): boolean =>
    pattern.test(text);

/** Units of durations in Scala's form, as prefixes. */
const UNITS = ['nano', 'micro', 'milli', 'sec', 'min', 'hour', 'day', 'week'];
const SHORT_UNITS = ['ns', 'us', 'µs', 'ms', 's', 'm', 'h', 'hr', 'd', 'w', 'wk'];

/** A duration as Go or Scala write it; whatever else is in the text is ignored (strfmt/duration.go). */
function isDuration(text: string): boolean {
  if (text.length > 1024) return false;
  if (parseGoDuration(text) !== undefined) return true;
  for (const [, digits = '', letters = ''] of text.matchAll(/(\d+)\s*([A-Za-zµ]+)/g)) {
    if (digits.length > 18) return false;
    const unit = letters.toLowerCase();
    if (SHORT_UNITS.includes(unit) || UNITS.some((prefix) => unit.startsWith(prefix))) return true;
  }
  return false;
}

function isBase64(text: string): boolean {
  return text.length > 0 && text.length % 4 === 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}

const SHORT_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** By their names without dashes. */
const formats: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['bsonobjectid', whole(/^[0-9a-fA-F]{24}$/)],
  ['uri', isRequestURI],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIPv4],
  ['ipv6', isIPv6],
  ['cidr', isCIDR],
  ['mac', isMAC],
  ['uuid', whole(uuid(ANY, ANY))],
  ['uuid3', whole(uuid('3[0-9a-f]{3}', ANY))],
  ['uuid4', whole(uuid('4[0-9a-f]{3}', '[89ab][0-9a-f]{3}'))],
  ['uuid5', whole(uuid('5[0-9a-f]{3}', '[89ab][0-9a-f]{3}'))],
  ['isbn', (text) => isISBN10(text) || isISBN13(text)],
  ['isbn10', isISBN10],
  ['isbn13', isISBN13],
  ['creditcard', isCreditCard],
  ['ssn', whole(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/)],
  ['hexcolor', whole(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/)],
  ['rgbcolor', whole(new RegExp(`^rgb\\(\\s*${byte}\\s*,\\s*${byte}\\s*,\\s*${byte}\\s*\\)$`))],
  ['byte', isBase64],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => text.length <= 63 && SHORT_NAME.test(text)],
  ['k8slongname', (text) => text.length <= 253 && text.split('.').every((part) => SHORT_NAME.test(part))],
]);

const bare = (format: string): string => format.replaceAll('-', '');

/** Whether a format of strings is known: others are not validated. */
export const hasFormat = (format: string): boolean => formats.has(bare(format));

/** Whether a text has a known format. */
export const matchesFormat = (format: string, text: string): boolean => formats.get(bare(format))?.(text) ?? true;
