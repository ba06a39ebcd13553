/** A place in a text; both count from 1. */
export interface TextPlace {
  line: number;
  column: number;
}

/** The text cannot be converted; the message is upstream's. `place`: where the parser stopped, if it did. */
export class YamlError extends Error {
  constructor(
    message: string,
    readonly place?: TextPlace,
  ) {
    super(message);
  }
}
