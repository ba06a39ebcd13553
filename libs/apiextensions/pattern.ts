import { RE2JS } from 're2js';
import { Memo } from '#apimachinery';
import { PATTERN_BYTES, PATTERN_LENGTH, PATTERN_STEPS } from './limits.js';

/** Patterns in Go's syntax, matched in linear time. */
type Compiled = { re: RE2JS; size: number } | { error: string };

const compiled = new Memo<Compiled>({ bytes: PATTERN_BYTES, longest: PATTERN_LENGTH });

function compile(pattern: string): Compiled {
  if (pattern.length > PATTERN_LENGTH) return { error: 'error parsing regexp: expression too large' };
  try {
    const re = RE2JS.compile(pattern);
    return { re, size: re.programSize() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Go's error for a pattern that is not valid; undefined for one that is. */
export function patternError(pattern: string): string | undefined {
  const known = compiled.of(pattern, compile);
  return 'error' in known ? known.error : undefined;
}

/** Whether a text contains a match; one that would take too long to search does not. */
export function matchesPattern(pattern: string, text: string): boolean {
  const known = compiled.of(pattern, compile);
  if ('error' in known || known.size * text.length > PATTERN_STEPS) return false;
  return known.re.test(text);
}
