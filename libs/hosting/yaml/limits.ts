/** All limits of the threads that convert YAML. Times are in milliseconds of the machine. */
export interface YamlLimits {
  /** Maximum threads; they are started on demand. */
  readonly threads: number;
  /** Documents up to this length are converted on the event loop: about a millisecond. */
  readonly inline: number;
  /** Waiting documents of one tenant, and their characters; above it 429. */
  readonly waiting: number;
  readonly waitingLength: number;
  /** How long a thread may work on one document. 3 MB take about a second of CPU. */
  readonly timeout: number;
  /** How long an idle thread waits before it ends. */
  readonly idle: number;
  /**
   * Megabytes of a thread's heap. It must never be reached, because that may end the whole process. The worst document needs about half of
   * it.
   */
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
