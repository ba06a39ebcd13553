/** A point in time: milliseconds since the Unix epoch, in the cluster's own time. */
export type Instant = number;

/** The time of one cluster. Nothing in the domain asks the machine for the time. */
export interface Clock {
  now(): Instant;
}

/** A source of randomness; seeded where the same inputs must give the same log. */
export interface Random {
  /** A float in [0, 1). */
  next(): number;
  /** A version 4 UUID. */
  uuid(): string;
  /** `length` characters of Kubernetes' name alphabet (apimachinery/pkg/util/rand: no vowels, no 0, 1, 3). */
  suffix(length: number): string;
}
