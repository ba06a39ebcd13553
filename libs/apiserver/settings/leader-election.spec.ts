import { expect, it } from '@jest/globals';
import {
  configuredElection,
  configuredElectionErrors,
  defaultElection,
  electorError,
  flaggedElection,
  type LeaderElection,
  lockError,
} from './leader-election.js';

const unset = defaultElection('kube-scheduler');
const flagged = (flags: Record<string, string>): LeaderElection =>
  flaggedElection(new Map(Object.entries(flags).map(([name, value]) => [`leader-elect${name}`, value])), unset);

it.each<[Record<string, string>, Partial<LeaderElection>]>([
  [{}, {}],
  [{ '': 'false' }, { elects: false }],
  [
    { '-lease-duration': '1m', '-renew-deadline': '40s', '-retry-period': '500ms' },
    { leaseDuration: 60_000, renewDeadline: 40_000, retryPeriod: 500 },
  ],
  [
    { '-resource-name': 'n', '-resource-namespace': 'ns', '-resource-lock': 'l' },
    { name: 'n', namespace: 'ns', lock: 'l' },
  ],
])('flags %j', (flags, want) => {
  expect(flagged(flags)).toEqual({ ...unset, ...want });
});

it.each<[unknown, Partial<LeaderElection>]>([
  [undefined, {}],
  [{ leaderElect: false, leaseDuration: '0s', resourceName: '' }, { elects: false }],
  [
    { leaseDuration: '1m', resourceNamespace: 'ns' },
    { leaseDuration: 60_000, namespace: 'ns' },
  ],
])('a configuration %j', (section, want) => {
  expect(configuredElection(section, unset)).toEqual({ ...unset, ...want });
});

it.each([
  [{ leaseDuration: 15 }, 'json: cannot unmarshal number into Go value of type string'],
  [{ leaderElect: 'no' }, 'json: cannot unmarshal string into Go value of type bool'],
  [{ retryPeriod: '2x' }, 'time: invalid duration "2x"'],
])('a configuration that cannot be read: %j', (section, message) => {
  expect(() => configuredElection(section, unset)).toThrow(`"command failed" err=${JSON.stringify(message)}`);
});

it.each<[Partial<LeaderElection>, string | undefined, string[], string | undefined]>([
  [{}, undefined, [], undefined],
  [{ elects: false, leaseDuration: 1, lock: 'x' }, undefined, [], undefined],
  [
    { leaseDuration: 10_000 },
    'leaseDuration must be greater than renewDeadline',
    ['leaderElection.leaseDuration: Invalid value: "10s": must be greater than `RenewDeadline`'],
    undefined,
  ],
  [{ retryPeriod: 9_000 }, 'renewDeadline must be greater than retryPeriod*JitterFactor', [], undefined],
  [
    { retryPeriod: 0 },
    'retryPeriod must be greater than zero',
    ['leaderElection.retryPeriod: Invalid value: "0s": must be greater than zero'],
    undefined,
  ],
  [{ name: '' }, undefined, ['leaderElection.resourceName: Required value'], undefined],
  [
    { lock: 'endpoints' },
    undefined,
    ['leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"'],
    'endpoints lock is removed, migrate to leases',
  ],
  [
    { lock: 'x' },
    undefined,
    ['leaderElection.resourceLock: Invalid value: "x": resourceLock value must be "leases"'],
    'Invalid lock-type x',
  ],
])('%j: what keeps an election from beginning', (given, elector, configured, lock) => {
  const election = { ...unset, ...given };
  expect([electorError(election), configuredElectionErrors(election), lockError(election)]).toEqual([elector, configured, lock]);
});
