/** Longer words are nobody's misspelling. */
const LONGEST = 63;
const SHOWN = 3;

/**
 * The number of letters that were put in, left out, changed or swapped with their neighbour between two words, as long as it is below `below`
 * (optimal string alignment). Costs the product of their lengths.
 */
function distance(a: string, b: string, below: number): number {
  if (Math.abs(a.length - b.length) >= below) return below;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let least = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] ?? 0) + 1);
      next.push(least);
    }
    if (Math.min(...next) >= below) return below;
    [before, row] = [row, next];
  }
  return Math.min(row[b.length] ?? below, below);
}

/** The words that one may have meant: at most three, the most similar first. What is compared is bounded, however long the word is. */
export function similarTo(word: string, words: Iterable<string>): string[] {
  if (word.length === 0 || word.length > LONGEST) return [];
  const below = Math.max(2, Math.floor(word.length / 4) + 1);
  const found: Array<{ word: string; far: number }> = [];
  for (const other of words) {
    const far = other.length > LONGEST ? below : distance(word, other, below);
    if (far < below) found.push({ word: other, far });
  }
  found.sort((a, b) => a.far - b.far || (a.word < b.word ? -1 : 1));
  return found.slice(0, SHOWN).map((one) => one.word);
}

/** ` Did you mean "pod" or "pods"?` of words that may have been meant; empty if there are none. */
export function meant(words: readonly string[]): string {
  const found = words.map((one) => JSON.stringify(one));
  const last = found.pop();
  if (last === undefined) return '';
  return ` Did you mean ${found.length > 0 ? `${found.join(', ')} or ${last}` : last}?`;
}

/** The same of the words that are similar to one. */
export const didYouMean = (word: string, words: Iterable<string>): string => meant(similarTo(word, words));
