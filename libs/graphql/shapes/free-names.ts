/** Names of which no two are equal: those that are taken get a number. */
export class FreeNames {
  private readonly taken: Set<string>;
  /** The last number of each name. */
  private readonly numbers = new Map<string, number>();

  constructor(taken: Iterable<string> = []) {
    this.taken = new Set(taken);
  }

  /** The name, or with the first number that is free: `size`, `size_2`. Takes it. However many are equal, each takes a few steps. */
  take(plain: string): string {
    let number = this.numbers.get(plain) ?? 1;
    let name = number === 1 ? plain : `${plain}_${number}`;
    while (this.taken.has(name)) {
      number += 1;
      name = `${plain}_${number}`;
    }
    this.numbers.set(plain, number);
    this.taken.add(name);
    return name;
  }
}
