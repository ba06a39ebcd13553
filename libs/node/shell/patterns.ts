/** Shell patterns (`*`, `?`, `[…]`), matched in time proportional to pattern × text. */

import { MOST_COMPARISONS } from './limits.js';
import { ShellError } from './state.js';

type Element =
  | { kind: 'any' }
  | { kind: 'one' }
  | { kind: 'text'; character: string }
  | { kind: 'set'; negated: boolean; ranges: Array<[string, string]>; classes: string[] };

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /[A-Za-z]/,
  digit: /[0-9]/,
  alnum: /[A-Za-z0-9]/,
  upper: /[A-Z]/,
  lower: /[a-z]/,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  xdigit: /[0-9A-Fa-f]/,
};

function readSet(pattern: string, start: number): { element: Element; end: number } | undefined {
  let at = start + 1;
  const negated = pattern[at] === '!' || pattern[at] === '^';
  if (negated) at += 1;
  const ranges: Array<[string, string]> = [];
  const classes: string[] = [];
  for (let first = true; at < pattern.length; first = false) {
    const character = pattern[at] ?? '';
    if (character === ']' && !first) return { element: { kind: 'set', negated, ranges, classes }, end: at + 1 };
    const named = character === '[' && pattern[at + 1] === ':' ? pattern.indexOf(':]', at) : -1;
    if (named > 0) {
      classes.push(pattern.slice(at + 2, named));
      at = named + 2;
    } else if (pattern[at + 1] === '-' && (pattern[at + 2] ?? ']') !== ']') {
      ranges.push([character, pattern[at + 2] ?? '']);
      at += 3;
    } else {
      ranges.push([character, character]);
      at += 1;
    }
  }
  return undefined;
}

/** A compiled pattern. A backslash makes the next character literal. */
export class Pattern {
  private readonly elements: Element[] = [];
  /** Whether it has anything but literal characters. */
  readonly isPattern: boolean;

  /** How many characters match; undefined with a star, which matches any number. */
  get width(): number | undefined {
    return this.elements.some(({ kind }) => kind === 'any') ? undefined : this.elements.length;
  }

  constructor(pattern: string) {
    let special = false;
    for (let at = 0; at < pattern.length; at++) {
      const character = pattern[at] ?? '';
      const set = character === '[' ? readSet(pattern, at) : undefined;
      if (set) {
        this.elements.push(set.element);
        at = set.end - 1;
        special = true;
      } else if (character === '*') {
        if (this.elements.at(-1)?.kind !== 'any') this.elements.push({ kind: 'any' });
        special = true;
      } else if (character === '?') {
        this.elements.push({ kind: 'one' });
        special = true;
      } else {
        if (character === '\\' && at + 1 < pattern.length) at += 1;
        this.elements.push({ kind: 'text', character: pattern[at] ?? '' });
      }
    }
    this.isPattern = special;
  }

  /**
   * How many characters at the start of a text, or at its end, match: as many or as few as possible; -1: no number does. All of them are
   * tried in one pass.
   */
  matchedEnd(text: string, { longest, backwards }: { longest: boolean; backwards: boolean }): number {
    const elements = backwards ? [...this.elements].reverse() : this.elements;
    checkComparisons(text.length * (elements.length + 1));
    const end = elements.length;
    // Which elements may come next; a star may match nothing, so what follows it may come, too.
    let states = new Uint8Array(end + 1);
    let next = new Uint8Array(end + 1);
    const enter = (into: Uint8Array, state: number): void => {
      for (let at = state; into[at] === 0; at++) {
        into[at] = 1;
        if (elements[at]?.kind !== 'any') return;
      }
    };
    enter(states, 0);
    let found = states[end] === 1 ? 0 : -1;
    for (let at = 0; at < text.length && (longest || found < 0); at++) {
      const character = text[backwards ? text.length - 1 - at : at] ?? '';
      let alive = false;
      for (const [state, element] of elements.entries()) {
        if (states[state] === 0) continue;
        if (element.kind === 'any') enter(next, state);
        else if (this.accepts(element, character)) enter(next, state + 1);
        else continue;
        alive = true;
      }
      if (!alive) break;
      [states, next] = [next, states];
      next.fill(0);
      if (states[end] === 1) found = at + 1;
    }
    return found;
  }

  /** Whether all of the text matches. */
  matches(text: string): boolean {
    let left = MOST_COMPARISONS;
    let element = 0;
    let at = 0;
    let star = -1;
    let from = 0;
    while (at < text.length) {
      left -= 1;
      if (left < 0) throw new ShellError('out of memory');
      const current = this.elements[element];
      if (current?.kind === 'any') {
        star = element++;
        from = at;
      } else if (current && this.accepts(current, text[at] ?? '')) {
        element += 1;
        at += 1;
      } else if (star >= 0) {
        element = star + 1;
        at = ++from;
      } else return false;
    }
    while (this.elements[element]?.kind === 'any') element += 1;
    return element === this.elements.length;
  }

  private accepts(element: Element, character: string): boolean {
    if (element.kind === 'one') return true;
    if (element.kind === 'text') return element.character === character;
    if (element.kind !== 'set') return false;
    const inside =
      element.ranges.some(([low, high]) => character >= low && character <= high) ||
      element.classes.some((name) => Object.hasOwn(CLASSES, name) && CLASSES[name]?.test(character));
    return inside !== element.negated;
  }
}

function checkComparisons(count: number): void {
  if (count > MOST_COMPARISONS) throw new ShellError('out of memory');
}

/** The text with everything quoted that has a meaning in patterns. */
export const quotedForPattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');
