import type { corev1 } from '#api';
import { planResize } from './plan-resize.js';

interface Given {
  wants: string;
  has?: string;
  volume?: string;
  allocated?: string;
  state?: string;
  conditions?: corev1.PersistentVolumeClaimCondition[];
  failed?: boolean;
  phase?: string;
}

/** To which size; `again` if the last attempt was to the same. */
function plan({ wants, has = '1Gi', volume = '1Gi', allocated, state, conditions, failed = false, phase = 'Bound' }: Given): string {
  const claim: corev1.PersistentVolumeClaim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c', namespace: 'n', uid: 'u' },
    spec: { volumeName: 'v', resources: { requests: { storage: wants } } },
    status: {
      phase,
      capacity: { storage: has },
      ...(allocated ? { allocatedResources: { storage: allocated } } : {}),
      ...(state ? { allocatedResourceStatuses: { storage: state } } : {}),
      ...(conditions ? { conditions } : {}),
    },
  };
  const bound: corev1.PersistentVolume = {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v' },
    spec: { capacity: { storage: volume }, claimRef: { namespace: 'n', name: 'c', uid: 'u' } },
  };
  const found = planResize(claim, bound, { failed });
  return found.do === 'nothing' ? '-' : `${found.size}${found.again ? ' again' : ''}`;
}

test.each<[string, Given, string]>([
  ['enough', { wants: '1Gi' }, '-'],
  ['less', { wants: '500Mi' }, '-'],
  ['a claim that is not bound', { wants: '2Gi', phase: 'Lost' }, '-'],
  ['more', { wants: '2Gi' }, '2Gi'],
  ['more while it is expanded', { wants: '3Gi', allocated: '2Gi', state: 'ControllerResizeInProgress' }, '2Gi again'],
  ['less after a failure for good', { wants: '2Gi', allocated: '3Gi', state: 'ControllerResizeInProgress', failed: true }, '2Gi'],
  ['less after what can never be', { wants: '2Gi', allocated: '9Ti', state: 'ControllerResizeInfeasible' }, '2Gi'],
  ['the same after what can never be', { wants: '9Ti', allocated: '9Ti', state: 'ControllerResizeInfeasible' }, '9Ti again'],
  ['the kubelet has not done its part', { wants: '2Gi', volume: '2Gi', allocated: '2Gi', state: 'NodeResizePending' }, '-'],
  ['even if more is wanted', { wants: '3Gi', volume: '2Gi', allocated: '2Gi', state: 'NodeResizeInProgress' }, '-'],
  ['the kubelet cannot', { wants: '3Gi', volume: '2Gi', allocated: '2Gi', state: 'NodeResizeInfeasible' }, '2Gi again'],
  [
    'it was expanded, and that not recorded',
    { wants: '2Gi', volume: '2Gi', allocated: '2Gi', state: 'ControllerResizeInProgress' },
    '2Gi again',
  ],
  ['the volume is larger than the claim says', { wants: '2Gi', volume: '5Gi' }, '2Gi'],
  [
    'an older resizer waits for the kubelet',
    { wants: '2Gi', volume: '2Gi', conditions: [{ type: 'FileSystemResizePending', status: 'True' }] },
    '-',
  ],
])('%s', (_, given, expected) => expect(plan(given)).toBe(expected));
