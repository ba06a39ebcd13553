import type { coordinationv1 } from '#api';
import { serverLease } from '#component-helpers';
import { withHeartbeat } from './heartbeat.js';

const START = '2026-01-02T03:04:05.250000Z';
const start = Date.parse(START);
const lease = (namespace: string, name: string, more: Partial<coordinationv1.Lease['metadata']> = {}): coordinationv1.Lease => ({
  kind: 'Lease',
  apiVersion: 'coordination.k8s.io/v1',
  metadata: { name, namespace, ...more },
  spec: { holderIdentity: name, renewTime: START },
});
const nodes = { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }] };

/** A Lease of a node that was renewed at the start, by a clock that is ahead. */
function skewed(by: number): coordinationv1.Lease {
  const noted = { manager: 'kubelet', operation: 'Update', time: '2026-01-02T03:04:05Z', fieldsV1: { 'f:spec': { 'f:renewTime': {} } } };
  const stored = lease('kube-node-lease', 'n', { ...nodes, managedFields: [noted] });
  return { ...stored, spec: { ...stored.spec, renewTime: new Date(start + by).toISOString().replace('Z', '000Z') } };
}

const noted = { manager: 'kube-scheduler', operation: 'Update', fieldsV1: { 'f:spec': { 'f:renewTime': {} } } };
const held = lease('infra', 'own', { managedFields: [noted] });

const server = serverLease({ host: 'n', address: '192.0.2.1', process: 'p', renewed: start });

describe('a lease that is read later', () => {
  it.each([
    ["a node's, within its period", lease('kube-node-lease', 'n', nodes), 9_999, START],
    ["a node's, after two periods and a bit", lease('kube-node-lease', 'n', nodes), 25_000, '2026-01-02T03:04:25.250000Z'],
    ["a leader's", lease('kube-system', 'kube-scheduler'), 5_000, '2026-01-02T03:04:09.250000Z'],
    ["an API server's", server, 25_000, '2026-01-02T03:04:25.250000Z'],
    ["one that is only named like an API server's", { ...server, spec: { ...server.spec, holderIdentity: 'me' } }, 25_000, START],
    ["a node's, whose clock is ahead", skewed(600_000), 25_000, '2026-01-02T03:14:25.250000Z'],
    ["a node's, whose clock is behind", skewed(-600_000), 25_000, '2026-01-02T02:54:25.250000Z'],
    ["a leader's with a name of its own", held, 5_000, '2026-01-02T03:04:09.250000Z'],
    ["another holder's", lease('kube-system', 'mine'), 60_000, START],
    ["no node's, beside the nodes'", lease('kube-node-lease', 'n'), 60_000, START],
  ])('%s', (_, stored, later, renewTime) => {
    expect(withHeartbeat(stored, start + later)).toEqual({ ...stored, spec: { ...stored.spec, renewTime } });
  });
});
