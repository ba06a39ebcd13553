/** A string of an object, and where its content stands in the object's text. */
export interface TextString {
  /** The keys that lead to it; for a key, those of its value. */
  readonly path: readonly string[];
  readonly isKey: boolean;
  readonly start: number;
  readonly end: number;
}

/** Strings of deeper values are not found. */
const MOST_DEPTH = 64;

/** The strings of a value in the order of its text, as JSON.stringify writes it. */
export function stringsOf(value: unknown): TextString[] {
  const strings: TextString[] = [];
  let at = 0;
  const visit = (member: unknown, path: readonly string[]): void => {
    if (typeof member !== 'object' || member === null || path.length >= MOST_DEPTH) {
      const start = at;
      at += JSON.stringify(member).length;
      if (typeof member === 'string') strings.push({ path, isKey: false, start: start + 1, end: at - 1 });
      return;
    }
    const listed = Array.isArray(member);
    at += 1;
    Object.entries(member).forEach(([key, below], index) => {
      if (index > 0) at += 1;
      const to = [...path, key];
      if (!listed) {
        const { length } = JSON.stringify(key);
        strings.push({ path: to, isKey: true, start: at + 1, end: at + length - 1 });
        at += length + 1;
      }
      visit(below, to);
    });
    at += 1;
  };
  visit(value, []);
  return strings;
}
