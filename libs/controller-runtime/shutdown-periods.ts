import { parseGoDuration } from '#apimachinery';

/** Pods from a priority on, and how long they have when their node is shut down. */
export interface ShutdownPeriod {
  readonly priority: number;
  readonly seconds: number;
}

/** The lowest priority of system-cluster-critical (scheduling.SystemCriticalPriority). */
const CRITICAL = 2_000_000_000;
/** Periods that are read, and the longest one. */
const MOST_PERIODS = 32;
const LONGEST = 86_400;

function secondsOf(duration: unknown): number {
  const milliseconds = typeof duration === 'string' && duration.length <= 32 ? (parseGoDuration(duration) ?? 0) : 0;
  return Math.min(LONGEST, Math.max(0, Math.floor(milliseconds / 1000)));
}

function periodOf(given: unknown): ShutdownPeriod[] {
  const { priority, shutdownGracePeriodSeconds: seconds } = (given ?? {}) as { priority?: unknown; shutdownGracePeriodSeconds?: unknown };
  if (!Number.isInteger(priority) || !Number.isInteger(seconds)) return [];
  return [{ priority: priority as number, seconds: Math.min(LONGEST, Math.max(0, seconds as number)) }];
}

/**
 * The periods of a graceful shutdown by a KubeletConfiguration, the lowest priority first; none: the node goes off at once
 * (kubelet/nodeshutdown migrateConfig).
 */
export function shutdownPeriods(configuration: Readonly<Record<string, unknown>>): ShutdownPeriod[] {
  const { shutdownGracePeriodByPodPriority: given } = configuration;
  if (Array.isArray(given) && given.length > 0)
    return given
      .slice(0, MOST_PERIODS)
      .flatMap(periodOf)
      .sort((a, b) => a.priority - b.priority);
  const all = secondsOf(configuration.shutdownGracePeriod);
  const critical = secondsOf(configuration.shutdownGracePeriodCriticalPods);
  if (all === 0 || critical > all) return [];
  return [
    { priority: 0, seconds: all - critical },
    { priority: CRITICAL, seconds: critical },
  ];
}
