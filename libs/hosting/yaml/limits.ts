/** Every limit of the threads that convert YAML, in one place. Times in milliseconds of the machine. */
export interface YamlLimits {
  /** Threads at most: they start when they are needed. */
  readonly threads: number;
  /** Characters of a document that is converted at once, on the event loop: about a millisecond. */
  readonly inline: number;
  /** Documents of one tenant that wait, and their characters; above it 429. */
  readonly waiting: number;
  readonly waitingLength: number;
  /** How long a thread may work at one document. 3 MB take about a second of a core. */
  readonly timeout: number;
  /** How long a thread waits for the next document before it ends. */
  readonly idle: number;
  /** Megabytes of a thread's heap. It is never to be reached: that may end the whole process. The worst document takes about half of it. */
  readonly heap: number;
}

/** The limits of the service. */
export const YAML_LIMITS: YamlLimits = Object.freeze({
  threads: 1,
  inline: 8 * 1024,
  waiting: 100,
  waitingLength: 32 * 1024 * 1024,
  timeout: 30_000,
  idle: 60_000,
  heap: 768,
});
