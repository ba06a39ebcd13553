import type { coordinationv1 } from '#api';
import { serverLease } from '#component-helpers';
import { type LeasePlan, planServerLease, type Server } from './plan.js';

const START = Date.parse('2026-01-02T03:04:05Z');
const HOUR = 3_600_000;
const stored = serverLease({ host: 'cp', address: '192.0.2.1', process: 'p', renewed: START });
const silent = { ...stored, spec: { ...stored.spec, renewTime: '2026-01-02T03:04:15.000001Z' } };
const invalid = { ...stored, spec: { holderIdentity: 'x' } };
const foreign = { ...stored, spec: { ...stored.spec, holderIdentity: 'x' } };
const up: Server = { abrupt: false };
const since = START + 25_000;
const stopped: Server = { outage: { state: 'stopped', since }, abrupt: false };
const paused: Server = { outage: { state: 'paused', since }, abrupt: false };
const continued: Server = { abrupt: false, hang: { since: START + 15_000, until: START + 60_000 } };
const killed: Server = { abrupt: false, hang: { since: START + 15_000, until: START + 60_000, killed: true } };
const hungBefore: Server = { abrupt: false, hang: { since: START - 60_000, until: START - 30_000 } };
const off: Server = { outage: { state: 'stopped', since }, abrupt: true };

it.each<[string, coordinationv1.Lease | undefined, Server | undefined, number, LeasePlan]>([
  ['of a server that runs', stored, up, 2 * HOUR, { do: 'nothing' }],
  ['that somebody has deleted', undefined, up, 0, { do: 'create' }],
  ['of a server that is stopped: it is removed', stored, stopped, 30_000, { do: 'remove' }],
  ['of a server that has stopped', undefined, stopped, 30_000, { do: 'nothing' }],
  ['of a server that is paused: its last renewal', stored, paused, 30_000, { do: 'renew', renewTime: '2026-01-02T03:04:25.000001Z' }],
  ['of a node that is off', stored, off, 30_000, { do: 'renew', renewTime: '2026-01-02T03:04:25.000001Z' }],
  ['of a node that has been off for a while', silent, off, 30_000, { do: 'look', at: START + HOUR + 10_000.001 + 1 }],
  ['of a node that has been off for an hour', silent, off, HOUR + 10_001, { do: 'remove' }],
  ['of a server that goes on', silent, continued, 60_000, { do: 'renew', renewTime: '2026-01-02T03:05:05.000000Z' }],
  ['of a server that starts again: it removes it, and makes its own', silent, up, 60_000, { do: 'remove' }],
  ['of a server that was killed while it hung', silent, killed, 60_000, { do: 'remove' }],
  ['of a server that hung before, and starts again', silent, hungBefore, 60_000, { do: 'remove' }],
  ['of no server, renewed', stored, undefined, 2 * HOUR, { do: 'nothing' }],
  ['of no server, with another holder', foreign, undefined, HOUR, { do: 'look', at: START + HOUR + 1 }],
  ['of no server, expired', foreign, undefined, HOUR + 1, { do: 'remove' }],
  ['of no server, without a time', invalid, undefined, 0, { do: 'remove' }],
  ['that there is not', undefined, undefined, 0, { do: 'nothing' }],
])('a Lease %s', (_, lease, server, later, wanted) => {
  expect(planServerLease(lease, server, START + later)).toEqual(wanted);
});
