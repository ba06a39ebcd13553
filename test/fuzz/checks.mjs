// Checks a response for errors. Knows nothing about the input except its text.
import { parse } from 'yaml';

/** Upstream answers these with a 500 too; none of them reveals more than what the client sent. */
const upstream500 = [
  /resourceVersion should not be set on objects to be created/,
  /^(resourceVersion: Invalid value: .*)?strconv\.ParseUint: parsing /s,
  /^(failed to create (manager|typed)|failed to (parse|convert) )/,
  /This pod has more than one PodDisruptionBudget, which the eviction subresource does not support\.$/,
  /^(Invalid|invalid) (value|resource ?version)/i,
  /^\[?target\.(kind|name): /,
  /^map: map\[.* does not contain declared merge key: /s,
  /^unknown patch type: .* in map: map\[/s,
  /^unable to find api field in struct \w+ for the json field /,
  /^The order in patch list:\n/,
  /^list element types are not identical: /,
  /^Internal error occurred: (failed calling webhook|admission webhook) "/,
  /^Internal error occurred: the spec replicas field ".*" does not exist$/,
  /^error dialing backend: dial tcp /,
  /^expected a \[\]interface \{\}, but received a \w+/,
];

const internals =
  /TypeError|RangeError|ReferenceError|SyntaxError|Cannot (read|set|convert|destructure|mix)|is not (a function|iterable|a constructor|defined)|Maximum call stack|Invalid array length|Invalid string length|\n\s+at .+:\d+:\d+|node_modules|node:internal|\.(ts|js|mjs):\d+|\[object Object\]|Reduce of empty array|toSorted|BigInt/;
const plainTexts = new RegExp(
  [
    ...['404 page not found', '405 method not allowed', 'ok', '\\[[+-]\\]', '[a-z]+z check failed', 'bad request: ', 'Too many requests'],
    // Of kubelets, and of handshakes (httpstream).
    ...['you must specify at least 1 of stdin, stdout, stderr', 'requested protocol\\(s\\) are not supported: ', 'unable to upgrade: '],
    ...['container not found \\(', 'query parameter "port" is required', 'unable to parse "'],
  ]
    .map((text) => `^${text}`)
    .join('|'),
  'i',
);

/** The Status in a response, if it is one in JSON. */
function statusIn(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The message of a Status, if the text is one; otherwise the text. */
function messageOf(text) {
  if (/^kind: Status$/m.test(text)) return String(parse(text).message);
  if (!text.startsWith('k8s\0')) return statusIn(text)?.message ?? text;
  // The field after `Failure`: its tag, its length as a varint (whose last byte alone is below 128), the message.
  let at = text.indexOf('Failure') + 'Failure'.length + 1;
  while (text.charCodeAt(at) >= 128) at += 1;
  return text.slice(at + 1);
}

function malformed({ status, headers, text }) {
  const type = String(headers['content-type'] ?? '');
  if (text === '') return undefined;
  if (type.startsWith('application/json')) {
    const body = statusIn(text);
    if (body?.kind !== 'Status' || body.apiVersion !== 'v1') return body?.errors ? undefined : 'an error that is no Status';
    if (body.code !== status) return `a Status whose code is ${body.code}`;
    if (body.status !== 'Failure' || typeof body.message !== 'string') return 'a Status without a message';
    return undefined;
  }
  if (type.startsWith('application/yaml')) return /^kind: Status$/m.test(text) ? undefined : 'an error that is no Status';
  if (type.startsWith('application/vnd.kubernetes.protobuf'))
    return text.startsWith('k8s\0') && text.includes('Status') ? undefined : 'an error that is no Status';
  if (type.startsWith('text/plain') && plainTexts.test(text)) return undefined;
  return `an error of type "${type}"`;
}

/**
 * The error in a response; undefined if there is none. `sent` is the text of the request: its content may be echoed.
 * @param {{status: number, headers: object, text: string, failure?: unknown}} answer
 */
export function complaint(answer, sent) {
  const { status, text, failure } = answer;
  if (failure !== undefined) return `unexpected error: ${String(failure?.message ?? failure).slice(0, 120)}`;
  if (!Number.isInteger(status) || status < 200 || status > 599) return `status ${status}`;
  if (status === 500) {
    const message = messageOf(text);
    if (!upstream500.some((known) => known.test(message))) return `500: ${message.slice(0, 120)}`;
  }
  const leaked = internals.exec(text)?.[0];
  if (status >= 400 && leaked !== undefined && !sent.includes(leaked)) return `internal text: ${leaked.slice(0, 60)}`;
  return status >= 400 ? malformed(answer) : undefined;
}

/** CPU of a megabyte: most shapes take 300 ms, the worst one (a pod with four errors for every 12 bytes) 1.2 s. */
const MS_PER_MEGABYTE = 1_500;

/** What one input may cost, in milliseconds of CPU: a constant, and in proportion to its size. */
export const limitFor = (base, body) => Math.round(base + ((body?.length ?? 0) / 1e6) * MS_PER_MEGABYTE);

/** Identifies repeated findings: without numbers and quoted parts. */
export const signature = (text) =>
  text
    .replace(/"[^"]*"|'[^']*'/g, '""')
    .replace(/\d+/g, '0')
    .slice(0, 160);
