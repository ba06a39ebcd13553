import { aggregateFieldErrors, type FieldError, fieldPath, invalidValue, notSupported } from '#apimachinery';

const TYPES = ['Namespace', 'Server', 'SourceAndObject', 'User'] as const;

/** One limit (apis/eventratelimit Limit). */
export interface Limit {
  type: (typeof TYPES)[number];
  qps: number;
  burst: number;
  cacheSize: number;
}

const numberIn = (given: unknown): number => (typeof given === 'number' && Number.isInteger(given) ? given : 0);

/** The limits of a configuration. Throws an Error with upstream's message. */
export function limitsOf(configuration: unknown): Limit[] {
  const given = (configuration as { limits?: unknown } | undefined)?.limits;
  const entries = (Array.isArray(given) ? given : []).map((each: unknown) => Object(each) as Record<string, unknown>);
  const path = fieldPath('limits');
  const limits = entries.map(({ type, qps, burst, cacheSize }) => ({
    ...{ type: String(type ?? ''), qps: numberIn(qps), burst: numberIn(burst) },
    cacheSize: numberIn(cacheSize),
  }));
  const errors: FieldError[] = limits.length === 0 ? [invalidValue(path, null, 'must not be empty')] : [];
  for (const [index, { type, qps, burst, cacheSize }] of limits.entries()) {
    const at = path.index(index);
    if (!TYPES.some((known) => known === type)) errors.push(notSupported(at.child('type'), type, TYPES));
    if (burst <= 0) errors.push(invalidValue(at.child('burst'), burst, 'must be positive'));
    if (qps <= 0) errors.push(invalidValue(at.child('qps'), qps, 'must be positive'));
    if (type !== 'Server' && cacheSize < 0) errors.push(invalidValue(at.child('cacheSize'), cacheSize, 'must not be negative'));
  }
  if (errors.length > 0) throw new Error(aggregateFieldErrors(errors));
  return limits as Limit[];
}
