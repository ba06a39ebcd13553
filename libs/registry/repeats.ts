/** The places of a list whose value stands earlier in it too. */
export function repeats(values: readonly unknown[]): ReadonlySet<number> {
  const known = new Set<unknown>();
  const found = new Set<number>();
  for (const [index, value] of values.entries()) {
    if (known.has(value)) found.add(index);
    known.add(value);
  }
  return found;
}
