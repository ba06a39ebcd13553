/** The most characters of a summary. */
const LONGEST = 200;

/** The end of a sentence: not the period of an abbreviation, of `v1.Pod`, nor one before a small letter. */
const END = /(?<!\b(?:e\.g|i\.e|etc|vs|approx))\.(?=\s+[^\sa-z]|\s*$)|\n\s*\n/;

/**
 * The first sentence of a description, of at most 200 characters: for types that stand beside the one which has all of it. Introspection
 * would be half as long again.
 */
export function summaryOf(description: string | undefined): string | undefined {
  if (!description) return undefined;
  // One character more tells whether the sentence ends there.
  const start = description.length > LONGEST ? description.slice(0, LONGEST + 1) : description;
  const end = END.exec(start);
  if (end && end.index < LONGEST) return start.slice(0, end.index + (end[0] === '.' ? 1 : 0));
  if (description.length <= LONGEST) return description;
  const space = start.lastIndexOf(' ');
  return `${start.slice(0, space > 0 ? space : LONGEST)} …`;
}
