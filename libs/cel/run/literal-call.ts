import { toDuration, toTimestamp } from './convert.js';
import type { Value } from './values.js';

/** A conversion of a literal, to see whether it is possible. */
export function run(fn: 'duration' | 'timestamp', value: Value): Value {
  return fn === 'duration' ? toDuration(value) : toTimestamp(value);
}
