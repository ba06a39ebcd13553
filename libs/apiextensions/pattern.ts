import { RE2JS } from 're2js';
import { Memo } from '#apimachinery';
import { patternWeight } from '#cel';
import { PATTERN_BYTES, PATTERN_LENGTH, PATTERN_STEPS, PATTERN_WEIGHTS } from './limits.js';

/** Patterns in Go's syntax, matched in linear time. */
type Compiled = { re: RE2JS; size: number } | { error: string };

const compiled = new Memo<Compiled>({ bytes: PATTERN_BYTES, longest: PATTERN_LENGTH });

const isTooLarge = (pattern: string): boolean => pattern.length > PATTERN_LENGTH || patternWeight(pattern) > PATTERN_WEIGHTS;

/** The patterns of one schema: together they are limited, because each is compiled to be checked. */
export class PatternBudget {
  private readonly seen = new Set<string>();
  private left = PATTERN_WEIGHTS;

  /** Go's error for a pattern that is not valid, or ours for one too many; undefined for one that is valid. */
  error(pattern: string): string | undefined {
    if (!this.seen.has(pattern)) {
      this.seen.add(pattern);
      this.left -= Math.min(patternWeight(pattern), PATTERN_WEIGHTS);
    }
    return this.left < 0 ? 'the patterns of the schema are too large' : patternError(pattern);
  }
}

function compile(pattern: string): Compiled {
  if (isTooLarge(pattern)) return { error: 'error parsing regexp: expression too large' };
  try {
    const re = RE2JS.compile(pattern);
    return { re, size: re.programSize() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Go's error for a pattern that is not valid; undefined for one that is. */
function patternError(pattern: string): string | undefined {
  const known = compiled.of(pattern, compile);
  return 'error' in known ? known.error : undefined;
}

/** Whether a text contains a match; one that would take too long to search does not. */
export function matchesPattern(pattern: string, text: string): boolean {
  const known = compiled.of(pattern, compile);
  if ('error' in known || known.size * text.length > PATTERN_STEPS) return false;
  return known.re.test(text);
}
