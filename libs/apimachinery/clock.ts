/** A point in time: milliseconds since the Unix epoch, in the cluster's own time. */
export type Instant = number;

/** The time of one cluster. Nothing in the domain asks the machine for the time. */
export interface Clock {
  now(): Instant;
}

/** Random values, one after another. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of Kubernetes' name alphabet (apimachinery/pkg/util/rand: no vowels, no 0, 1, 3). */
  suffix(length: number): string;
}

/**
 * Where random values come from: each is a function of the cluster's seed, of the moment (the newest revision that is known, and the
 * cluster's time) and of what it is for. Who draws first makes no difference, so the same inputs give the same values in every process.
 * What is drawn can be foretold by whoever knows the seed: names, uids, ports and addresses, never a secret.
 */
export interface RandomSource {
  /** `purpose`: the kind of value, e.g. `uid`. `key`: what it is for, e.g. an object's key. The same twice at one moment is the same. */
  draw(purpose: string, key: string): Random;
}
