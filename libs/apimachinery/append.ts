/** Puts lists at the end of another. A call of push() with a spread list takes its items on the stack, which has no room for a hundred thousand. */
export function append<T>(into: T[], ...lists: ReadonlyArray<readonly T[]>): void {
  for (const list of lists) for (const item of list) into.push(item);
}
