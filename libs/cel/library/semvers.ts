import { fn, type Implementation, type Library, member, overload } from '../check/functions.js';
import { BOOL, INT, SEMVER, STRING } from '../check/types.js';
import { CelError, HostValue, intOf } from '../run/values.js';

/** Semantic versions (apiserver/pkg/cel/library/semverlib.go, blang/semver/v4). */

const LONGEST = 4096;

class Semver extends HostValue {
  readonly type = SEMVER;

  constructor(
    readonly numbers: readonly [bigint, bigint, bigint],
    readonly pre: readonly string[],
    readonly build: readonly string[],
  ) {
    super();
  }

  override equals(other: HostValue): boolean {
    return other instanceof Semver && order(this, other) === 0;
  }

  override toString(): string {
    const pre = this.pre.length > 0 ? `-${this.pre.join('.')}` : '';
    return `${this.numbers.join('.')}${pre}${this.build.length > 0 ? `+${this.build.join('.')}` : ''}`;
  }
}

const sign = <T extends string | number | bigint>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function orderOfParts(a: string, b: string): number {
  const numbers = [a, b].map((part) => /^\d+$/.test(part));
  if (numbers[0] && numbers[1]) return sign(a.length, b.length) || sign(a, b);
  if (numbers[0] !== numbers[1]) return numbers[0] ? -1 : 1;
  return sign(a, b);
}

function order(a: Semver, b: Semver): number {
  for (let i = 0; i < 3; i++) {
    const found = sign(a.numbers[i] ?? 0n, b.numbers[i] ?? 0n);
    if (found !== 0) return found;
  }
  if (a.pre.length === 0 || b.pre.length === 0) return sign(Number(b.pre.length > 0), Number(a.pre.length > 0));
  for (let i = 0; i < Math.min(a.pre.length, b.pre.length); i++) {
    const found = orderOfParts(a.pre[i] ?? '', b.pre[i] ?? '');
    if (found !== 0) return found;
  }
  return sign(a.pre.length, b.pre.length);
}

class SemverError {
  constructor(readonly message: string) {}
}
const fail = (message: string): never => {
  throw new SemverError(message);
};
const quoted = (text: string): string => JSON.stringify(text);

function numberOf(text: string, what: string): bigint {
  if (!/^\d+$/.test(text)) fail(`Invalid character(s) found in ${what} number ${quoted(text)}`);
  if (text.length > 1 && text.startsWith('0')) fail(`${what} number must not contain leading zeroes ${quoted(text)}`);
  const value = text.length > 20 ? 2n ** 64n : BigInt(text);
  return value < 2n ** 64n ? value : fail(`strconv.ParseUint: parsing ${quoted(text)}: value out of range`);
}

function partOf(text: string, what: 'Prerelease' | 'Build meta data'): string {
  if (text === '') fail(what === 'Prerelease' ? 'Prerelease is empty' : 'Build meta data is empty');
  if (what === 'Prerelease' && /^\d+$/.test(text) && text.length > 1 && text.startsWith('0'))
    fail(`Numeric PreRelease version must not contain leading zeroes ${quoted(text)}`);
  if (!/^[0-9A-Za-z-]+$/.test(text))
    fail(
      what === 'Prerelease'
        ? `Invalid character(s) found in prerelease ${quoted(text)}`
        : `Invalid character(s) found in build meta data ${quoted(text)}`,
    );
  return text;
}

function parseVersion(text: string): Semver {
  if (text === '') fail('Version string empty');
  const [major = '', minor = ''] = text.split('.', 2);
  if (text.split('.', 3).length !== 3) fail('No Major.Minor.Patch elements found');
  const numbers = [numberOf(major, 'Major'), numberOf(minor, 'Minor')] as const;
  const rest = text.slice(major.length + minor.length + 2);
  const plus = rest.indexOf('+');
  const build = plus < 0 ? [] : rest.slice(plus + 1).split('.');
  const core = plus < 0 ? rest : rest.slice(0, plus);
  const dash = core.indexOf('-');
  const pre = dash < 0 ? [] : core.slice(dash + 1).split('.');
  const patch = numberOf(dash < 0 ? core : core.slice(0, dash), 'Patch');
  return new Semver(
    [...numbers, patch],
    pre.map((part) => partOf(part, 'Prerelease')),
    build.map((part) => partOf(part, 'Build meta data')),
  );
}

/** A version as people write it: with a v, leading zeros, or fewer than three numbers. */
function normalized(text: string): string {
  const bare = text.startsWith('v') ? text.slice(1) : text;
  const [first = '', second, ...rest] = bare.split('.');
  const given = [first, ...(second === undefined ? [] : [second]), ...(rest.length > 0 ? [rest.join('.')] : [])];
  const parts = given.map((part) => {
    if (part.length <= 1) return part;
    const trimmed = part.replace(/^0+/, '');
    return trimmed === '' || !/^\d/.test(trimmed) ? `0${trimmed}` : trimmed;
  });
  if (parts.length < 3 && /[+-]/.test(parts[parts.length - 1] ?? '')) fail('short version cannot contain PreRelease/Build meta data');
  while (parts.length < 3) parts.push('0');
  return parts.join('.');
}

function tryParse(text: string, normalize: boolean): Semver | CelError {
  if (text.length > LONGEST) return new CelError('Version string too long');
  try {
    return parseVersion(normalize ? normalized(text) : text);
  } catch (error) {
    if (error instanceof SemverError) return new CelError(error.message);
    throw error;
  }
}

const parse: Implementation = ([given, normalize], context) => {
  const text = given as string;
  context.work(24 + (Math.min(text.length, LONGEST) >> 2));
  return tryParse(text, normalize === true);
};
const isSemver: Implementation = (args, context) => parse(args, context) instanceof Semver;
const number =
  (index: 0 | 1 | 2): Implementation =>
  ([value]) =>
    intOf((value as Semver).numbers[index]) ?? -1;
const two = [SEMVER, SEMVER] as const;
const compared =
  (holds: (found: number) => boolean): Implementation =>
  ([a, b]) =>
    holds(order(a as Semver, b as Semver));

export const semvers: Library = [
  fn('semver', overload('string_to_semver', [STRING], SEMVER, parse), overload('string_bool_to_semver', [STRING, BOOL], SEMVER, parse)),
  fn('isSemver', overload('is_semver_string', [STRING], BOOL, isSemver), overload('is_semver_string_bool', [STRING, BOOL], BOOL, isSemver)),
  fn(
    'isGreaterThan',
    member(
      'semver_is_greater_than',
      two,
      BOOL,
      compared((found) => found > 0),
    ),
  ),
  fn(
    'isLessThan',
    member(
      'semver_is_less_than',
      two,
      BOOL,
      compared((found) => found < 0),
    ),
  ),
  fn(
    'compareTo',
    member('semver_compare_to', two, INT, ([a, b]) => order(a as Semver, b as Semver)),
  ),
  fn('major', member('semver_major', [SEMVER], INT, number(0))),
  fn('minor', member('semver_minor', [SEMVER], INT, number(1))),
  fn('patch', member('semver_patch', [SEMVER], INT, number(2))),
];
