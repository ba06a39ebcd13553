import type { corev1 } from '#api';
import type { Instant } from '#apimachinery';
import { CONTROLLER_DEFAULTS, type ControllerOptions } from '#component-base';

const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

type ZoneState = 'Initial' | 'Normal' | 'PartialDisruption' | 'FullDisruption';

/** The zone of a node: region and zone by their stable labels, or by the beta ones (GetZoneKey). */
export function zoneOf({ metadata: { labels = {} } }: corev1.Node): string {
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  return zone === '' && region === '' ? '' : `${region}:\0:${zone}`;
}

/** Whether a node counts for the state of its zone. */
function countsForZone({ metadata }: corev1.Node): boolean {
  return metadata.labels?.[EXCLUDED] === undefined;
}

/** The state of a zone (ComputeZoneState). */
export function zoneState(ready: number, notReady: number, { unhealthyShare }: ControllerOptions = CONTROLLER_DEFAULTS): ZoneState {
  if (ready === 0 && notReady > 0) return 'FullDisruption';
  return notReady > 2 && notReady / (notReady + ready) >= unhealthyShare ? 'PartialDisruption' : 'Normal';
}

/** The rate at which nodes are tainted in a zone of that state and size. */
function rateOf(state: ZoneState, size: number, { evictionRate, secondaryEvictionRate, largeZone }: ControllerOptions): number {
  if (state !== 'PartialDisruption') return evictionRate;
  return size > largeZone ? secondaryEvictionRate : 0;
}

/** Lets one node pass, then the next when the rate allows (flowcontrol.NewTokenBucketRateLimiter with a burst of one). */
class Limiter {
  private freeAt: Instant = 0;

  constructor(private rate: number) {}

  /** When the next may pass; undefined: none may. */
  next(now: Instant): Instant | undefined {
    return this.rate === 0 ? undefined : Math.max(now, this.freeAt);
  }

  take(now: Instant): void {
    this.freeAt = now + Math.round(1000 / this.rate);
  }

  /** A limiter that has just let one pass goes on so with the new rate (SwapLimiter). */
  swap(rate: number, now: Instant): void {
    if (rate === this.rate) return;
    const saturated = this.rate === 0 || this.freeAt > now;
    this.rate = rate;
    this.freeAt = saturated && rate > 0 ? now + Math.round(1000 / rate) : now;
  }
}

interface Zone {
  state: ZoneState;
  ready: number;
  notReady: number;
  limiter: Limiter;
  /** The nodes to be tainted, in the order in which they stopped. */
  waiting: Set<string>;
}

interface Counted {
  zone: string;
  ready: boolean;
  counts: boolean;
}

/** What a look at all zones has found. */
export type Disruption = 'none' | 'all-stopped' | 'resumed';

/** The zones of a cluster: how many of their nodes are ready, and at which rate the others are tainted (handleDisruption). */
export class Zones {
  private readonly zones = new Map<string, Zone>();
  private readonly nodes = new Map<string, Counted>();

  /** `options`: as of now. */
  constructor(private readonly options: () => ControllerOptions = () => CONTROLLER_DEFAULTS) {}

  /** A node was added or changed. */
  set(node: corev1.Node, ready: boolean): void {
    const { name } = node.metadata;
    const next = { zone: zoneOf(node), ready, counts: countsForZone(node) };
    const before = this.nodes.get(name);
    if (before && before.zone === next.zone && before.ready === ready && before.counts === next.counts) return;
    const waits = before && this.zones.get(before.zone)?.waiting.has(name);
    this.delete(name);
    this.nodes.set(name, next);
    const zone = this.zone(next.zone);
    if (next.counts) zone[ready ? 'ready' : 'notReady'] += 1;
    if (waits) zone.waiting.add(name);
  }

  delete(name: string): void {
    const before = this.nodes.get(name);
    const zone = before && this.zones.get(before.zone);
    if (!before || !zone) return;
    this.nodes.delete(name);
    zone.waiting.delete(name);
    if (before.counts) zone[before.ready ? 'ready' : 'notReady'] -= 1;
  }

  /** The nodes of each zone. */
  counts(): Iterable<{ zone: string; ready: number; notReady: number }> {
    return [...this.zones].map(([zone, { ready, notReady }]) => ({ zone, ready, notReady }));
  }

  /** A node is to be tainted when its zone allows. */
  wait(name: string): void {
    const zone = this.nodes.get(name)?.zone;
    if (zone !== undefined) this.zone(zone).waiting.add(name);
  }

  /** A node is no longer to be tainted. */
  release(name: string): void {
    const zone = this.nodes.get(name)?.zone;
    if (zone !== undefined) this.zone(zone).waiting.delete(name);
  }

  /** The nodes that may be tainted now. */
  take(now: Instant): string[] {
    return [...this.zones.values()].flatMap(({ limiter, waiting }) => {
      const [first] = waiting;
      if (first === undefined || limiter.next(now) !== now) return [];
      limiter.take(now);
      waiting.delete(first);
      return [first];
    });
  }

  /** When the next node may be tainted. */
  nextAt(now: Instant): Instant | undefined {
    const times = [...this.zones.values()].flatMap(({ limiter, waiting }) => (waiting.size > 0 ? (limiter.next(now) ?? []) : []));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /**
   * Follows the states of the zones. When all of them are fully disrupted nothing is tainted any more, for then it is more likely that the
   * control plane is cut off; when that ends, all nodes get a new grace period.
   */
  update(now: Instant): Disruption {
    const populated = [...this.zones.values()].filter(({ ready, notReady }) => ready + notReady > 0);
    if (populated.length === 0) return 'none';
    const options = this.options();
    const stateNow = ({ ready, notReady }: Zone) => zoneState(ready, notReady, options);
    const areAll = populated.every((zone) => stateNow(zone) === 'FullDisruption');
    const wereAll = populated.every(({ state }) => state === 'FullDisruption');
    if (areAll && wereAll) return 'none';
    for (const zone of populated) {
      const state = stateNow(zone);
      if (areAll) zone.limiter.swap(0, now);
      else if (wereAll || zone.state !== state) zone.limiter.swap(rateOf(state, zone.ready + zone.notReady, options), now);
      zone.state = state;
    }
    if (areAll) return 'all-stopped';
    return wereAll ? 'resumed' : 'none';
  }

  private zone(name: string): Zone {
    const known = this.zones.get(name);
    if (known) return known;
    const made: Zone = { state: 'Initial', ready: 0, notReady: 0, limiter: new Limiter(this.options().evictionRate), waiting: new Set() };
    this.zones.set(name, made);
    return made;
  }
}
