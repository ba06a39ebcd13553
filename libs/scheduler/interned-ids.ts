/** Ids are given up when there are too many texts; later ones never repeat an id. */
const MOST = 10_000;

const ids = new Map<string, number>();
let last = 0;

/** A number for a text, to look things up by. A text may get another one after some time. */
export function internedId(text: string): number {
  const known = ids.get(text);
  if (known !== undefined) return known;
  if (ids.size >= MOST) ids.clear();
  last += 1;
  ids.set(text, last);
  return last;
}
