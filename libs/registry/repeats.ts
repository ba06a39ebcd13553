/** The indexes of elements that also occur earlier in the list. */
export function repeats(values: readonly unknown[]): ReadonlySet<number> {
  const known = new Set<unknown>();
  const found = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (known.has(value)) found.add(index);
    known.add(value);
  }
  return found;
}
