/** Shell patterns (`*`, `?`, `[…]`), matched in time proportional to pattern × text. */

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

  /** Whether all of the text matches. */
  matches(text: string): boolean {
    let element = 0;
    let at = 0;
    let star = -1;
    let from = 0;
    while (at < text.length) {
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

/** The text with everything quoted that has a meaning in patterns. */
export const quotedForPattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');
