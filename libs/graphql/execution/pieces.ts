/** Work in pieces: between two of them others may have their turn. Returns what the work made. */
export type Pieces<T> = Generator<void, T, void>;

/** Does all of the work in one stretch. */
export function atOnce<T>(pieces: Pieces<T>): T {
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** Does the work in turns. `turn`: called between pieces, may have to be waited for; the work ends with what it throws. */
export async function inTurns<T>(pieces: Pieces<T>, turn: () => Promise<void> | undefined): Promise<T> {
  for (;;) {
    const wait = turn();
    if (wait) await wait;
    const { done, value } = pieces.next();
    if (done) return value;
  }
}
