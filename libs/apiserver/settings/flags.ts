import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';

/** Flags by name; of one that is given several times the last, unless it is a list. */
export type Flags = ReadonlyMap<string, string>;

/** A component does not come up; the message is what it says in its log. */
export class StartFailure extends Error {}

/** Flags whose value may be left out. */
const BOOLEAN =
  /^(allocate-node-cidrs|allow-privileged|anonymous-auth|configure-cloud-routes|contention-profiling|disable-http2-serving|enable-(aggregator-routing|bootstrap-token-auth|dynamic-provisioning|garbage-collector|hostpath-provisioner|leader-migration|logs-handler|priority-and-fairness)|help|leader-elect|permit-(address|port)-sharing|profiling|service-account-(extend-token-expiration|lookup)|use-service-account-credentials|version|watch-cache)$/;

/** Flags that may be given several times, with what their values are joined by here: lists, and issuers, which may have commas. */
const SEPARATORS: ReadonlyMap<string, string> = new Map([
  ...[
    'admission-control',
    'api-audiences',
    'authorization-mode',
    'controllers',
    'disable-admission-plugins',
    'enable-admission-plugins',
    'feature-gates',
    'runtime-config',
  ].map((name) => [name, ','] as const),
  ['service-account-issuer', '\n'],
]);

/** The flags in the command line of the manifest's container: `--name=value`, `--name value`, or `--name` for true. */
export function flagsOf(pod: Pick<corev1.Pod, 'spec'> | undefined): Flags {
  const { command = [], args = [] } = pod?.spec.containers[0] ?? {};
  const words = [...command, ...args];
  const flags = new Map<string, string>();
  const set = (name: string, value: string) => {
    const [separator, before] = [SEPARATORS.get(name), flags.get(name)];
    flags.set(name, separator === undefined || before === undefined ? value : before + separator + value);
  };
  for (let at = 0; at < words.length; at++) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(words[at] ?? '') ?? [];
    if (name === undefined) continue;
    if (value !== undefined) set(name, value);
    else if (BOOLEAN.test(name) || at + 1 === words.length) set(name, 'true');
    else set(name, words[++at] ?? '');
  }
  return flags;
}

/** Throws StartFailure for a flag that a component does not know. */
export function checkKnown(flags: Flags, known: ReadonlySet<string>): void {
  for (const name of flags.keys()) if (!known.has(name)) throw new StartFailure(`Error: unknown flag: --${name}`);
}

/** Ends the start of a component with the errors of its flags, if there are any, as Go's aggregates print them. */
export function endWith(errors: readonly string[]): void {
  if (errors.length === 0) return;
  throw new StartFailure(`"command failed" err=${goQuote(errors.length > 1 ? `[${errors.join(', ')}]` : errors.join())}`);
}

/** A flag whose value cannot be read, as pflag says it. */
export const invalidArgument = (name: string, text: string, reason: string): StartFailure =>
  new StartFailure(`Error: invalid argument ${goQuote(text)} for "--${name}" flag: ${reason}`);

/** The values of a list: `a,b`. */
export const listOf = (flags: Flags, name: string): string[] =>
  (flags.get(name) ?? '')
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');

/** A boolean flag (strconv.ParseBool). Throws StartFailure. */
export function booleanOf(flags: Flags, name: string, unset: boolean): boolean {
  const text = flags.get(name);
  if (text === undefined) return unset;
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false;
  throw invalidArgument(name, text, `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1e-6],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

/** A duration flag (time.ParseDuration), in milliseconds. Throws StartFailure. */
export function durationOf(flags: Flags, name: string): number | undefined {
  const text = flags.get(name);
  if (text === undefined) return undefined;
  const fail = (what: string) => invalidArgument(name, text, `time: ${what} ${goQuote(text)}`);
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/s.exec(text.slice(0, 64)) ?? [];
  if (rest === '0') return 0;
  let total = 0;
  for (let left = rest; left !== '' || rest === ''; ) {
    const [whole = '', number, unit = ''] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(left) ?? [];
    if (number === undefined) throw fail('invalid duration');
    if (unit === '') throw fail('missing unit in duration');
    const factor = UNITS.get(unit);
    if (factor === undefined) throw fail(`unknown unit ${goQuote(unit)} in duration`);
    total += Number(number) * factor;
    left = left.slice(whole.length);
  }
  return sign === '-' ? -total : total;
}

/** An integer flag (strconv.ParseInt with base 0, as far as numbers are decimal). Throws StartFailure. */
export function integerOf(flags: Flags, name: string, unset: number): number {
  const text = flags.get(name);
  if (text === undefined) return unset;
  const number = Number(text);
  if (/^[+-]?\d+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw invalidArgument(name, text, `strconv.ParseInt: parsing ${goQuote(text)}: invalid syntax`);
}

/** A floating-point flag (strconv.ParseFloat, as far as numbers are decimal). Throws StartFailure. */
export function numberOf(flags: Flags, name: string, unset: number): number {
  const text = flags.get(name);
  if (text === undefined) return unset;
  if (/^[+-]?(\d{1,30}\.?\d{0,30}|\.\d{1,30})(e[+-]?\d{1,3})?$/i.test(text)) return Number(text);
  throw invalidArgument(name, text, `strconv.ParseFloat: parsing ${goQuote(text)}: invalid syntax`);
}
