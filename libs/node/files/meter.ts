import type { Instant } from '#apimachinery';

/** How often a kubelet looks at what pods use of their node's disk (evictionMonitoringPeriod). */
const MONITORING_PERIOD = 10_000;

const nextLook = (at: Instant): Instant => Math.ceil(at / MONITORING_PERIOD) * MONITORING_PERIOD;

/** Counts the bytes of files that belong together, and notes at which look of the kubelet there are more than there may be. */
export class Meter {
  private bytes = 0;
  /** Since when there are too many, and the first look that sees it. */
  private since: Instant | undefined;
  private seen: Instant | undefined;

  constructor(
    /** `most`: more leads to eviction. `capacity`: more does not fit. */
    private readonly limits: { readonly most?: number; readonly capacity?: number } = {},
    /** What these bytes are a part of. */
    private readonly whole?: Meter,
  ) {}

  /** Whether so many bytes more fit. */
  fits(more: number): boolean {
    const { capacity = Number.POSITIVE_INFINITY } = this.limits;
    return this.bytes + more <= capacity;
  }

  /** Bytes are written at an instant, or freed. */
  add(more: number, at: Instant): void {
    const { most } = this.limits;
    this.bytes += more;
    if (most !== undefined && this.bytes > most) this.since ??= at;
    else if (this.since !== undefined) {
      if (nextLook(this.since) < at) this.seen ??= nextLook(this.since);
      this.since = undefined;
    }
    this.whole?.add(more, at);
  }

  /** The first look at which there are too many bytes; undefined if there are none. */
  get exceededAt(): Instant | undefined {
    return this.seen ?? (this.since === undefined ? undefined : nextLook(this.since));
  }
}
