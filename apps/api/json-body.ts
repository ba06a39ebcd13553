import { BODY_LIMITS, Problem } from '#hosting';

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPENING_BRACKET = 91;
const OPENING_BRACE = 123;

/** Where a string of JSON ends that begins at `from`, after its quote. */
function endOfString(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/**
 * Throws a problem 413 if a JSON text has more lists, objects and members than JSON.parse makes in a step of 20 ms, which nothing can
 * interrupt. A long string, such as a manifest, counts as one.
 */
export function checkValues(text: string): void {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at + 1);
    else if (code === COMMA || code === OPENING_BRACKET || code === OPENING_BRACE) count += 1;
    if (count > BODY_LIMITS.values) throw new Problem(413, `the body has more than ${BODY_LIMITS.values} values`);
  }
}
