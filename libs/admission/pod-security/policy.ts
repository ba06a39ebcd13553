import { type FieldError, fieldPath, invalidValue } from '#apimachinery';

/** The Pod Security Standards, from the least to the most strict. */
export type Level = 'privileged' | 'baseline' | 'restricted';

/** A level as of a version of Kubernetes: `latest` or `v1.x`. */
export interface LevelVersion {
  readonly level: Level;
  readonly version: string;
}

/** What can be done about a violation. */
export const MODES = ['enforce', 'audit', 'warn'] as const;
type Mode = (typeof MODES)[number];

/** What a namespace's labels ask for in each mode. */
export type Policy = Readonly<Record<Mode, LevelVersion>>;

type Labels = Readonly<Record<string, string>>;

const PREFIX = 'pod-security.kubernetes.io/';
const LEVELS: readonly string[] = ['privileged', 'baseline', 'restricted'] satisfies Level[];
const VERSION = /^v1\.(0|[1-9][0-9]*)$/;
const MAX_INT = 2n ** 63n - 1n;

const LABELS = fieldPath('metadata', 'labels');

/** Whether a text is a level. */
export const isLevel = (text: string): text is Level => LEVELS.includes(text);

/** Whether a text is `latest` or `v1.x`. */
export function isVersion(text: string): boolean {
  const minor = VERSION.exec(text)?.[1];
  return text === 'latest' || (minor !== undefined && BigInt(minor) <= MAX_INT);
}

/** The minor version; Infinity for the latest. */
export const minorOf = ({ version }: LevelVersion): number => (version === 'latest' ? Number.POSITIVE_INFINITY : Number(version.slice(3)));

/** `restricted:latest`. */
export const policyText = ({ level, version }: LevelVersion): string => `${level}:${version}`;

/** Whether a level is more strict than another. */
export const isStricter = (level: Level, than: Level): boolean => LEVELS.indexOf(level) > LEVELS.indexOf(than);

interface Reading {
  errors: FieldError[];
  /** What holds without a label. */
  defaults: Policy | undefined;
}

/** A level that cannot be read counts as restricted where it is enforced, and as privileged elsewhere. */
function levelOf(labels: Labels, mode: Mode, { errors, defaults }: Reading): Level {
  const text = labels[PREFIX + mode] ?? defaults?.[mode].level ?? 'privileged';
  if (isLevel(text)) return text;
  errors.push(invalidValue(LABELS.key(PREFIX + mode), text, `must be one of ${LEVELS.join(', ')}`));
  return mode === 'enforce' ? 'restricted' : 'privileged';
}

function versionOf(labels: Labels, mode: Mode, { errors, defaults }: Reading): string {
  const label = `${PREFIX}${mode}-version`;
  const text = labels[label] ?? defaults?.[mode].version ?? 'latest';
  if (isVersion(text)) return text;
  errors.push(invalidValue(LABELS.key(label), text, 'must be "latest" or "v1.x"'));
  return 'latest';
}

/** The policy of a namespace, and the errors of its labels (pod-security-admission/api/helpers.go PolicyToEvaluate). */
export function policyOf(labels: Labels = {}, defaults?: Policy): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const reading = { errors, defaults };
  const read = (mode: Mode): LevelVersion => ({ level: levelOf(labels, mode, reading), version: versionOf(labels, mode, reading) });
  const enforce = read('enforce');
  const audit = read('audit');
  const warn = read('warn');
  // Without a level of its own, warnings follow what is enforced.
  const follows =
    labels[`${PREFIX}warn`] === undefined && isLevel(labels[`${PREFIX}enforce`] ?? '') && isStricter(enforce.level, warn.level);
  if (!follows) return { policy: { enforce, audit, warn }, errors };
  const version = labels[`${PREFIX}warn-version`] === undefined ? enforce.version : warn.version;
  return { policy: { enforce, audit, warn: { level: enforce.level, version } }, errors };
}
