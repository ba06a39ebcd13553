import { formatGoDuration, isJsonObject, parseGoDuration } from '#apimachinery';

/** A configuration as data. */
export type ConfigurationDocument = Readonly<Record<string, unknown>>;

/** A JSON object that holds a value at a path: `a.b.c`. Names of paths are constants. */
export function setAt(target: Record<string, unknown>, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const holder = names.reduce((at, name) => {
    at[name] ??= {};
    return at[name] as Record<string, unknown>;
  }, target);
  holder[last] = value;
}

/** As Go prints a duration (`5m` is `5m0s`); what is none stays as it is. */
export function durationText(value: string): string {
  const read = parseGoDuration(value);
  return read === undefined ? value : formatGoDuration(read);
}

/** Whether a field counts as left out: defaults are set for those that are zero. */
const isUnset = (value: unknown, fallback: unknown): boolean =>
  value === undefined || value === null || value === '' || value === '0s' || (value === 0 && fallback !== undefined);

const isDuration = (value: unknown): value is string => typeof value === 'string' && /^\d[\d.hmsnµu]*s$/.test(value);

/**
 * What a component makes of a configuration: the defaults in their order, with what is given. `zeros`: fields of whole numbers for which 0
 * is a value.
 */
export function withDefaults(
  defaults: ConfigurationDocument,
  given: unknown,
  zeros: ReadonlySet<string> = new Set(),
): ConfigurationDocument {
  const own: ConfigurationDocument = isJsonObject(given) ? given : {};
  const merged: Record<string, unknown> = {};
  for (const [name, fallback] of Object.entries(defaults)) {
    const value = Object.hasOwn(own, name) ? own[name] : undefined;
    if (isJsonObject(fallback) && Object.keys(fallback).length > 0) merged[name] = withDefaults(fallback, value, zeros);
    else if (isUnset(value, zeros.has(name) ? undefined : fallback)) merged[name] = fallback;
    else merged[name] = isDuration(fallback) && typeof value === 'string' ? durationText(value) : value;
  }
  return merged;
}

/** Without the fields that are not served while they have no value (`omitempty`). */
export const withoutEmpty = (document: ConfigurationDocument): ConfigurationDocument =>
  Object.fromEntries(Object.entries(document).filter(([, value]) => value !== undefined));
