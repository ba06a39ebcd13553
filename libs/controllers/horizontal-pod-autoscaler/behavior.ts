import type { autoscalingv2 } from '#api';
import type { Instant } from '#apimachinery';

type Rules = autoscalingv2.HPAScalingRules;

/** How long a lower recommendation waits for higher ones to age, by default (--horizontal-pod-autoscaler-downscale-stabilization). */
const DOWNSCALE_STABILIZATION = 300;

/** A number at a time. */
interface Timed {
  replicas: number;
  at: Instant;
}

/** What an autoscaler recommended and did lately. Like upstream's it is lost with the process. */
export interface Past {
  recommendations: Timed[];
  /** Replicas that were added. */
  ups: Timed[];
  /** Replicas that were removed. */
  downs: Timed[];
}

/** What limits a recommendation. */
export interface Bounds {
  behavior: autoscalingv2.HorizontalPodAutoscalerBehavior | undefined;
  current: number;
  desired: number;
  min: number;
  max: number;
  now: Instant;
  /** Seconds of the window for scaling down where the behaviour names none; unset: without flags. */
  window?: number;
}

/** The number of replicas to scale to, and the conditions that say what limited it. */
export interface Normalized {
  desired: number;
  able: { reason: string; message: string };
  limited: { status: 'True' | 'False'; reason: string; message: string };
}

interface Limit {
  replicas: number;
  reason: string;
  message: string;
}

const READY = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' };
const UP_STABILIZED = {
  reason: 'ScaleUpStabilized',
  message: 'recent recommendations were lower than current one, applying the lowest recent recommendation',
};
const DOWN_STABILIZED = {
  reason: 'ScaleDownStabilized',
  message: 'recent recommendations were higher than current one, applying the highest recent recommendation',
};
const WITHIN = { reason: 'DesiredWithinRange', message: 'the desired count is within the acceptable range' };
const UP_LIMIT = { reason: 'ScaleUpLimit', message: 'the desired replica count is increasing faster than the maximum scale rate' };
const DOWN_LIMIT = { reason: 'ScaleDownLimit', message: 'the desired replica count is decreasing faster than the maximum scale rate' };
const TOO_MANY = { reason: 'TooManyReplicas', message: 'the desired replica count is more than the maximum replica count' };
const TOO_FEW = { reason: 'TooFewReplicas', message: 'the desired replica count is less than the minimum replica count' };

/** Bounds a recommendation by recent ones and by the rules of the behaviour, and remembers it (normalizeDesiredReplicas[WithBehaviors]). */
export function normalize(bounds: Bounds, past: Past): Normalized {
  const stabilized = stabilize(bounds, past);
  remember(bounds, past);
  const { replicas, reason, message } = limit({ ...bounds, desired: stabilized }, past);
  const stabilization = bounds.behavior !== undefined && bounds.desired >= bounds.current ? UP_STABILIZED : DOWN_STABILIZED;
  return {
    desired: replicas,
    able: stabilized === bounds.desired ? READY : stabilization,
    limited: { status: replicas === stabilized ? 'False' : 'True', reason, message },
  };
}

const downWindow = ({ behavior, window = DOWNSCALE_STABILIZATION }: Bounds): number =>
  behavior?.scaleDown?.stabilizationWindowSeconds ?? window;
const upWindow = (behavior: Bounds['behavior']): number => behavior?.scaleUp?.stabilizationWindowSeconds ?? 0;

/** The highest recommendation of the window for scaling down; with a behaviour the lowest of the one for scaling up, too. */
function stabilize(bounds: Bounds, { recommendations }: Past): number {
  const { behavior, current, desired, now } = bounds;
  const downSince = now - downWindow(bounds) * 1000;
  if (behavior === undefined)
    return recommendations.reduce((most, { replicas, at }) => (at >= downSince ? Math.max(most, replicas) : most), desired);
  const upSince = now - upWindow(behavior) * 1000;
  const up = recommendations.reduce((least, { replicas, at }) => (at > upSince ? Math.min(least, replicas) : least), desired);
  const down = recommendations.reduce((most, { replicas, at }) => (at > downSince ? Math.max(most, replicas) : most), desired);
  return Math.min(Math.max(current, up), down);
}

/** Adds the recommendation, and drops those that are too old for both windows. */
function remember(bounds: Bounds, past: Past): void {
  const { behavior, desired, now } = bounds;
  const since = now - Math.max(downWindow(bounds), upWindow(behavior)) * 1000;
  past.recommendations = [...past.recommendations.filter(({ at }) => at >= since), { replicas: desired, at: now }];
}

function limit(bounds: Bounds, past: Past): Limit {
  const { behavior, current, desired, min, max } = bounds;
  if (behavior === undefined) return limitByDefault(bounds);
  if (desired > current) {
    const allowed = Math.max(current, upLimit(current, behavior.scaleUp, past, bounds.now));
    const [most, why] = max > allowed ? [allowed, UP_LIMIT] : [max, TOO_MANY];
    if (desired > most) return { replicas: most, ...why };
  } else if (desired < current) {
    const allowed = Math.min(current, downLimit(current, behavior.scaleDown, past, bounds.now));
    const [least, why] = min < allowed ? [allowed, DOWN_LIMIT] : [min, TOO_FEW];
    if (desired < least) return { replicas: least, ...why };
  }
  return { replicas: desired, ...WITHIN };
}

/** Without a behaviour: at most twice as many at a time, or four (convertDesiredReplicasWithRules). */
function limitByDefault({ current, desired, min, max }: Bounds): Limit {
  const allowed = Math.max(2 * current, 4);
  const [most, why] = max > allowed ? [allowed, UP_LIMIT] : [max, TOO_MANY];
  if (desired < min) return { replicas: min, ...TOO_FEW };
  return desired > most ? { replicas: most, ...why } : { replicas: desired, ...WITHIN };
}

function changed(events: readonly Timed[], seconds: number, now: Instant): number {
  return events.reduce((total, { replicas, at }) => (at > now - seconds * 1000 ? total + replicas : total), 0);
}

/** The most (or the least) replicas that each policy allows; the rules choose among the policies. */
function proposals(
  { policies = [] }: Rules,
  { current, past, now, sign }: { current: number; past: Past; now: Instant; sign: 1 | -1 },
): number[] {
  return policies.map(({ type, value, periodSeconds }) => {
    const start = current - changed(past.ups, periodSeconds, now) + changed(past.downs, periodSeconds, now);
    if (type === 'Pods') return start + sign * value;
    return sign > 0 ? Math.ceil(start * (1 + value / 100)) : Math.trunc(start * (1 - value / 100));
  });
}

function upLimit(current: number, rules: Rules = {}, past: Past, now: Instant): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposed = proposals(rules, { current, past, now, sign: 1 });
  return rules.selectPolicy === 'Min' ? Math.min(...proposed) : Math.max(...proposed);
}

function downLimit(current: number, rules: Rules = {}, past: Past, now: Instant): number {
  if (rules.selectPolicy === 'Disabled') return current;
  const proposed = proposals(rules, { current, past, now, sign: -1 });
  return rules.selectPolicy === 'Min' ? Math.max(...proposed) : Math.min(...proposed);
}

/** Remembers that the number of replicas was changed, for the policies of a behaviour (storeScaleEvent). */
export function rememberScaling({ behavior, now }: Pick<Bounds, 'behavior' | 'now'>, before: number, after: number, past: Past): void {
  if (behavior === undefined) return;
  const kept = (events: Timed[], rules: Rules | undefined): Timed[] => {
    const longest = (rules?.policies ?? []).reduce((most, { periodSeconds }) => Math.max(most, periodSeconds), 0);
    return events.filter(({ at }) => at >= now - longest * 1000);
  };
  if (after > before) past.ups = [...kept(past.ups, behavior.scaleUp), { replicas: after - before, at: now }];
  else past.downs = [...kept(past.downs, behavior.scaleDown), { replicas: before - after, at: now }];
}
