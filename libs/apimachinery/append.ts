/** Appends lists to another. Calling push() with a spread list puts its items on the stack, which overflows at about a hundred thousand. */
export function append<T>(into: T[], ...lists: ReadonlyArray<readonly T[]>): void {
  for (const list of lists) for (const item of list) into.push(item);
}
