import { isQuantity, parseGoDuration, parseQuantity } from '#apimachinery';
import type { UsedResource } from '#component-helpers';

/** When a kubelet evicts pods, by its configuration (eviction/helpers.go ParseThresholdConfig). */

/** The resources whose shortage is watched. */
export type WatchedResource = Exclude<UsedResource, 'cpu'>;

/** A limit below which less of a resource may not be available. */
export interface Threshold {
  readonly resource: WatchedResource;
  /** What it is of a node's capacity. */
  value(capacity: number): number;
  /** How long it may be met before pods are evicted, in milliseconds; unset: at once, and they hardly have time to stop. */
  readonly grace?: number;
  /** How much more than the threshold has to be available before it is not met any more. */
  reclaim(capacity: number): number;
}

/** What a kubelet does about shortages. */
export interface EvictionSettings {
  readonly thresholds: readonly Threshold[];
  /** How long a node says that it is under pressure after it was last (evictionPressureTransitionPeriod), in milliseconds. */
  readonly transition: number;
  /** How long pods have to stop at a soft threshold (evictionMaxPodGracePeriod), in seconds. */
  readonly softGrace: number;
}

/** By resource, in the order in which they are reclaimed. */
const SIGNALS: ReadonlyArray<readonly [signal: string, resource: WatchedResource]> = [
  ['memory.available', 'memory'],
  ['nodefs.available', 'ephemeral-storage'],
  ['pid.available', 'pids'],
];
/** evictionHard of a kubelet without further configuration. */
const DEFAULT_HARD = { 'memory.available': '100Mi', 'nodefs.available': '10%' };
const DEFAULT_TRANSITION = 300_000;
const LONGEST = 32;

type Given = Readonly<Record<string, unknown>>;

const mapOf = (given: unknown): Given => (typeof given === 'object' && given !== null && !Array.isArray(given) ? (given as Given) : {});

/** An amount, or a part of the capacity; undefined if it is neither. */
function amountOf(given: unknown): ((capacity: number) => number) | undefined {
  if (typeof given !== 'string' || given.length > LONGEST) return undefined;
  const percent = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(given)?.[1];
  if (percent !== undefined) return (capacity) => Math.floor((capacity * Number(percent)) / 100);
  if (!isQuantity(given)) return undefined;
  const value = Math.max(0, parseQuantity(given).value());
  return () => value;
}

function durationOf(given: unknown): number | undefined {
  return typeof given === 'string' && given.length <= LONGEST ? parseGoDuration(given) : undefined;
}

function thresholdsOf(configuration: Given): Threshold[] {
  const hard = configuration.evictionHard === undefined ? DEFAULT_HARD : mapOf(configuration.evictionHard);
  const soft = mapOf(configuration.evictionSoft);
  const graces = mapOf(configuration.evictionSoftGracePeriod);
  const reclaims = mapOf(configuration.evictionMinimumReclaim);
  return SIGNALS.flatMap(([signal, resource]): Threshold[] => {
    const reclaim = amountOf(reclaims[signal]) ?? (() => 0);
    const [atOnce, later, grace] = [amountOf((hard as Given)[signal]), amountOf(soft[signal]), durationOf(graces[signal])];
    return [
      ...(atOnce ? [{ resource, value: atOnce, reclaim }] : []),
      // A soft threshold without a grace period is an error upstream.
      ...(later && grace !== undefined ? [{ resource, value: later, grace: Math.max(0, grace), reclaim }] : []),
    ];
  });
}

const settings = new WeakMap<Given, EvictionSettings>();

/** The settings of a KubeletConfiguration. */
export function evictionSettings(configuration: Given): EvictionSettings {
  const known = settings.get(configuration);
  if (known) return known;
  const { evictionPressureTransitionPeriod: transition, evictionMaxPodGracePeriod: grace } = configuration;
  const made = {
    thresholds: thresholdsOf(configuration),
    transition: Math.max(0, durationOf(transition) ?? 0) || DEFAULT_TRANSITION,
    softGrace: Number.isInteger(grace) ? Math.max(0, grace as number) : 0,
  };
  settings.set(configuration, made);
  return made;
}
