import type { corev1 } from '#api';
import { KNOWN_FLAGS } from './known-flags.js';

/** Flags by name; of one that is given several times the last. */
export type Flags = ReadonlyMap<string, string>;

/** The API server does not come up; the message is what it says in its log. */
export class StartFailure extends Error {}

/** Flags whose value may be left out. */
const BOOLEAN =
  /^(allow-privileged|anonymous-auth|contention-profiling|enable-(aggregator-routing|bootstrap-token-auth|garbage-collector|logs-handler|priority-and-fairness)|help|profiling|service-account-lookup|version|watch-cache)$/;

/** The flags in the command line of the manifest's container: `--name=value`, `--name value`, or `--name` for true. */
export function flagsOf(pod: Pick<corev1.Pod, 'spec'> | undefined): Flags {
  const { command = [], args = [] } = pod?.spec.containers[0] ?? {};
  const words = [...command, ...args];
  const flags = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(words[at] ?? '') ?? [];
    if (name === undefined) continue;
    if (value !== undefined) flags.set(name, value);
    else if (BOOLEAN.test(name) || at + 1 === words.length) flags.set(name, 'true');
    else flags.set(name, words[++at] ?? '');
  }
  return flags;
}

/** Throws StartFailure for a flag that kube-apiserver does not know. */
export function checkKnown(flags: Flags): void {
  for (const name of flags.keys()) if (!KNOWN_FLAGS.has(name)) throw new StartFailure(`Error: unknown flag: --${name}`);
}

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
  const quoted = JSON.stringify(text);
  throw new StartFailure(`Error: invalid argument ${quoted} for "--${name}" flag: strconv.ParseBool: parsing ${quoted}: invalid syntax`);
}
