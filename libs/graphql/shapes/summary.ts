/** The most characters of a summary. */
const LONGEST = 200;

/** What stands before a period that ends no sentence. */
const ABBREVIATION = /\b(?:e\.g|i\.e|etc|vs|approx)$/;
/** What stands behind the end of a sentence: nothing, or the beginning of another one. */
const BEHIND = /^\s+[^\sa-z]|^\s*$/;

/** Whether a sentence ends with the period at an index: not `e.g.`, `v1.Pod`, nor one before a small letter. */
const endsAt = (text: string, index: number): boolean =>
  BEHIND.test(text.slice(index + 1, index + 20)) && !ABBREVIATION.test(text.slice(Math.max(0, index - 7), index));

/**
 * The first sentence of a description, with the second one if it is a single word (`Deprecated.`), of at most 200 characters: for types
 * that stand beside the one which has all of it. Introspection would be half as long again.
 */
export function summaryOf(description: string | undefined): string | undefined {
  if (!description) return undefined;
  const paragraph = description.indexOf('\n\n');
  const text = paragraph > 0 && paragraph <= LONGEST ? description.slice(0, paragraph) : description;
  const word = text.indexOf(' ');
  for (let at = text.indexOf('.', Math.max(word, 0)); at >= 0 && at < LONGEST; at = text.indexOf('.', at + 1)) {
    if (endsAt(text, at)) return text.slice(0, at + 1);
  }
  if (text.length <= LONGEST) return text;
  const space = text.lastIndexOf(' ', LONGEST);
  return `${text.slice(0, space > 0 ? space : LONGEST)} …`;
}
