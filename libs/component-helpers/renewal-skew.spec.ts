import type { coordinationv1 } from '#api';
import { renewalSkew } from './renewal-skew.js';

const lease = (renewTime: string | undefined, time?: string, field = 'f:renewTime'): coordinationv1.Lease => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: 'n',
    ...(time && { managedFields: [{ manager: 'kubelet', operation: 'Update', time, fieldsV1: { 'f:spec': { [field]: {} } } }] }),
  },
  spec: renewTime === undefined ? {} : { renewTime },
});

it.each([
  ['whose clock is right', lease('2026-01-01T00:00:00.900000Z', '2026-01-01T00:00:00Z'), 0],
  ['whose clock is ahead', lease('2026-01-01T00:10:00.900000Z', '2026-01-01T00:00:00Z'), 600_000],
  ['whose clock is behind', lease('2025-12-31T23:00:00.900000Z', '2026-01-01T00:00:00Z'), -3_600_000],
  ['of whom nothing is noted', lease('2026-01-01T00:10:00.000000Z'), 0],
  ['who wrote something else', lease('2026-01-01T00:10:00.000000Z', '2026-01-01T00:00:00Z', 'f:holderIdentity'), 0],
  ['who never renewed it', lease(undefined, '2026-01-01T00:00:00Z'), 0],
])('a Lease of a holder %s', (_, stored, skew) => {
  expect(renewalSkew(stored)).toBe(skew);
});
