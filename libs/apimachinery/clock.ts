/** A point in time: milliseconds since the Unix epoch, in the cluster's own time. */
export type Instant = number;

/** The time of one cluster. Nothing in the domain asks the machine for the time. */
export interface Clock {
  now(): Instant;
}

/** A sequence of random values. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of Kubernetes' name alphabet (apimachinery/pkg/util/rand: no vowels, no 0, 1, 3). */
  suffix(length: number): string;
}

/**
 * The source of random values: each is a function of the cluster's seed, of the moment (the newest known revision and the cluster's time)
 * and of its purpose and key. It does not depend on the order of draws, so the same inputs give the same values in every process. Whoever
 * knows the seed can predict them: names, uids, ports and addresses, but never secrets.
 */
export interface RandomSource {
  /**
   * `purpose`: the kind of value, e.g. `uid`. `key`: what it is for, e.g. an object's key. Equal arguments at the same moment give equal
   * values.
   */
  draw(purpose: string, key: string): Random;
}
