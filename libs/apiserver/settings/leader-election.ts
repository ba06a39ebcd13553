import { formatFieldError, formatGoDuration, goQuote, invalidValue, isJsonObject, parseGoDuration, required } from '#apimachinery';
import { booleanOf, durationOf, type Flags, StartFailure } from './flags.js';

/** How a process takes part in the election of its component's leader (component-base/config LeaderElectionConfiguration). */
export interface LeaderElection {
  /** Whether it elects at all: one that does not works at once, and takes no Lease. */
  readonly elects: boolean;
  /** Milliseconds that others wait for a leader that is silent, that a leader tries to renew, and between tries. */
  readonly leaseDuration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
  /** The kind of the lock; `leases` is the only one. */
  readonly lock: string;
  /** The name and the namespace of the Lease. */
  readonly name: string;
  readonly namespace: string;
}

/** What a component does without flags (component-base/config/v1alpha1 RecommendedDefaultLeaderElectionConfiguration). */
export const defaultElection = (component: string): LeaderElection => ({
  elects: true,
  leaseDuration: 15_000,
  renewDeadline: 10_000,
  retryPeriod: 2_000,
  lock: 'leases',
  name: component,
  namespace: 'kube-system',
});

/** What the flags --leader-elect* say; `unset`: what counts without them. Throws StartFailure. */
export function flaggedElection(flags: Flags, unset: LeaderElection): LeaderElection {
  const flag = (name: string) => `leader-elect-${name}`;
  return {
    elects: booleanOf(flags, 'leader-elect', unset.elects),
    leaseDuration: durationOf(flags, flag('lease-duration')) ?? unset.leaseDuration,
    renewDeadline: durationOf(flags, flag('renew-deadline')) ?? unset.renewDeadline,
    retryPeriod: durationOf(flags, flag('retry-period')) ?? unset.retryPeriod,
    lock: flags.get(flag('resource-lock')) ?? unset.lock,
    name: flags.get(flag('resource-name')) ?? unset.name,
    namespace: flags.get(flag('resource-namespace')) ?? unset.namespace,
  };
}

function mistyped(value: unknown, type: string): StartFailure {
  const found = Array.isArray(value) ? 'array' : typeof value;
  return new StartFailure(`"command failed" err=${goQuote(`json: cannot unmarshal ${found} into Go value of type ${type}`)}`);
}

/** What the leaderElection of a configuration says: what is left out or zero is as by default. Throws StartFailure. */
export function configuredElection(section: unknown, unset: LeaderElection): LeaderElection {
  const given = isJsonObject(section) ? section : {};
  const text = (name: string, other: string): string => {
    const value = given[name] ?? '';
    if (typeof value !== 'string') throw mistyped(value, 'string');
    return value || other;
  };
  const duration = (name: string, other: number): number => {
    const value = text(name, '0s');
    const read = parseGoDuration(value);
    if (read === undefined) throw new StartFailure(`"command failed" err=${goQuote(`time: invalid duration ${goQuote(value)}`)}`);
    return read || other;
  };
  const elects = given.leaderElect ?? unset.elects;
  if (typeof elects !== 'boolean') throw mistyped(elects, 'bool');
  return {
    elects,
    leaseDuration: duration('leaseDuration', unset.leaseDuration),
    renewDeadline: duration('renewDeadline', unset.renewDeadline),
    retryPeriod: duration('retryPeriod', unset.retryPeriod),
    lock: text('resourceLock', unset.lock),
    name: text('resourceName', unset.name),
    namespace: text('resourceNamespace', unset.namespace),
  };
}

/** What is wrong with the leaderElection of a configuration (component-base/config/validation ValidateLeaderElectionConfiguration). */
export function configuredElectionErrors({ elects, ...election }: LeaderElection): string[] {
  if (!elects) return [];
  const { leaseDuration, renewDeadline, retryPeriod } = election;
  const path = (field: string) => `leaderElection.${field}`;
  const positive = Object.entries({ leaseDuration, renewDeadline, retryPeriod })
    .filter(([, value]) => value <= 0)
    .map(([field, value]) => invalidValue(path(field), formatGoDuration(value), 'must be greater than zero'));
  const longer =
    leaseDuration <= renewDeadline
      ? [invalidValue(path('leaseDuration'), formatGoDuration(renewDeadline), 'must be greater than `RenewDeadline`')]
      : [];
  const texts = { resourceLock: election.lock, resourceNamespace: election.namespace, resourceName: election.name };
  const missing = Object.entries(texts).flatMap(([field, value]) => (value === '' ? [required(path(field), '')] : []));
  const lock = election.lock === 'leases' ? [] : [invalidValue(path('resourceLock'), election.lock, 'resourceLock value must be "leases"')];
  return [...positive, ...longer, ...missing, ...lock].map(formatFieldError);
}

/** The locks of former versions (client-go/tools/leaderelection/resourcelock). */
const REMOVED: ReadonlySet<string> = new Set(['endpoints', 'configmaps', 'endpointsleases']);

/** Why there is no such lock; undefined for `leases`. */
export function lockError({ elects, lock }: LeaderElection): string | undefined {
  if (!elects || lock === 'leases') return undefined;
  if (lock === 'configmapsleases') return 'configmapsleases lock is removed, migrated to leases';
  return REMOVED.has(lock) ? `${lock} lock is removed, migrate to leases` : `Invalid lock-type ${lock}`;
}

/** By how much longer than its period a process may wait between two tries (leaderelection.go JitterFactor). */
const JITTER = 1.2;

/** Why no election begins (leaderelection.go NewLeaderElector); undefined if one does. */
export function electorError({ elects, leaseDuration, renewDeadline, retryPeriod }: LeaderElection): string | undefined {
  if (!elects) return undefined;
  if (leaseDuration <= renewDeadline) return 'leaseDuration must be greater than renewDeadline';
  if (renewDeadline <= JITTER * retryPeriod) return 'renewDeadline must be greater than retryPeriod*JitterFactor';
  if (leaseDuration <= 0) return 'leaseDuration must be greater than zero';
  if (renewDeadline <= 0) return 'renewDeadline must be greater than zero';
  return retryPeriod <= 0 ? 'retryPeriod must be greater than zero' : undefined;
}

/** Ends the start of kube-controller-manager and cloud-controller-manager if no election begins. Throws StartFailure. */
export function checkElection(election: LeaderElection): void {
  const error = electorError(election);
  if (error !== undefined) throw new StartFailure(`panic: ${error}`);
}

/** What is wrong with their lock (controller-manager/options/generic.go Validate). */
export const managerLockErrors = ({ elects, lock }: LeaderElection): string[] =>
  elects && lock !== 'leases' ? ['resourceLock value must be "leases"'] : [];
