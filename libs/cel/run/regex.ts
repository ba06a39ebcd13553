import { RE2JS, RE2JSException } from 're2js';
import { Memo } from '#apimachinery';
import { limits } from '../limits.js';
import type { Context } from './context.js';
import { CelError } from './values.js';

/** Regular expressions in linear time, in Go's syntax and with its errors (RE2). */

interface Pattern {
  readonly regex: RE2JS;
  /** About how many instructions the pattern has, repetitions written out. */
  readonly weight: number;
}

const REPEAT = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;

/** What a character adds to a pattern's weight; without regard to case, the folds of every character of a class are looked up. */
function characterWeight(pattern: string, at: number, folds: boolean): number {
  if (pattern[at] === '\\' && /[pP]/.test(pattern[at + 1] ?? '')) return limits.classWeight * (folds ? 2 : 1);
  if (folds && pattern[at] === '-' && /[^ -[\]-~]/.test(pattern[at + 1] ?? '')) return limits.foldedRangeWeight;
  return 1;
}

/** An upper estimate of the instructions of a pattern: characters, times the repetitions that they stand in. */
export function patternWeight(pattern: string): number {
  const folds = /\(\?[a-zA-Z]*i/.test(pattern);
  const groups: number[] = [0];
  let last = 0;
  const add = (weight: number): void => {
    groups[groups.length - 1] = (groups[groups.length - 1] ?? 0) + weight;
    last = weight;
  };
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i];
    REPEAT.lastIndex = i;
    const repeat = char === '{' ? REPEAT.exec(pattern) : null;
    if (repeat) {
      const times = Math.max(Number(repeat[1]), Number(repeat[2] || 0), 1);
      add(last * (times - 1));
      i += repeat[0].length - 1;
    } else if (char === '(') groups.push(1);
    else if (char === ')' && groups.length > 1) add(groups.pop() ?? 0);
    else {
      add(characterWeight(pattern, i, folds));
      if (char === '\\') i++;
    }
  }
  return groups.reduce((sum, weight) => sum + weight, 0);
}

function compilePattern(text: string): Pattern | CelError {
  const weight = patternWeight(text);
  if (weight > limits.patternWeight || text.length > limits.patternLength)
    return new CelError(`error parsing regexp: expression too large: \`${text.slice(0, 64)}\``);
  try {
    return { regex: RE2JS.compile(text), weight };
  } catch (error) {
    if (error instanceof RE2JSException) return new CelError(error.message);
    throw error;
  }
}

const compiled = new Memo<Pattern | CelError>({ longest: limits.patternLength });

/** A pattern, or the error of its syntax. */
export function patternOf(text: string): Pattern | CelError {
  return compiled.of(text, compilePattern);
}

/** The same while an expression runs. */
function dynamicPattern(text: string, context: Context): Pattern | CelError {
  if (!compiled.has(text)) context.work(500 + (text.length > limits.patternLength ? 0 : patternWeight(text) * 40));
  return patternOf(text);
}

/** text.matches(pattern): whether the pattern occurs in it. */
export function matches(text: string, pattern: string, context: Context): boolean | CelError {
  const found = dynamicPattern(pattern, context);
  if (found instanceof CelError) return found;
  context.work(8 + ((text.length * found.weight) >> 2));
  return found.regex.test(text);
}

/** The first occurrences of a pattern: at most `count` unless that is negative. Empty ones beside another are left out, as Go does. */
export function findAll(text: string, pattern: string, count: number, context: Context): string[] | CelError {
  const found = dynamicPattern(pattern, context);
  if (found instanceof CelError) return new CelError(`Illegal regex: ${found.message}`);
  // Each search begins where the last one ended, but may read to the end of the text.
  const step = 1 + ((text.length * found.weight) >> 1);
  context.work(step);
  const results: string[] = [];
  const matcher = found.regex.matcher(text);
  let end = -1;
  while (results.length !== count && matcher.find()) {
    context.work(30 + (((matcher.end() - Math.max(end, 0)) * found.weight) >> 2));
    if (matcher.end() === matcher.start() && matcher.start() === end) continue;
    results.push(matcher.group() ?? '');
    end = matcher.end();
  }
  return results;
}
