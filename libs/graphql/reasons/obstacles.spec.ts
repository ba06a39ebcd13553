import type { corev1, storagev1 } from '#api';
import type { GraphDecision } from '../scheduling.js';
import { claimObstacles } from './claim-obstacles.js';
import type { Obstacle, Trouble } from './obstacle.js';
import { podObstacles } from './pod-obstacles.js';
import { quotaIn, type Workload, workloadObstacles } from './workload-obstacles.js';

const texts = (found: readonly Obstacle[]): string[] => found.map(({ reason, message }) => `${reason}: ${message}`);

const warning = (reason: string, message: string): Trouble => ({ type: 'Warning', reason, message });

describe('a pod', () => {
  const pod = (more: object): corev1.Pod => ({ metadata: { name: 'p' }, spec: {}, ...more }) as corev1.Pod;
  const bound = (status: object, more: object = {}): corev1.Pod =>
    pod({ spec: { nodeName: 'n' }, status: { phase: 'Pending', ...status }, ...more });
  const decided = (more: Partial<GraphDecision>): GraphDecision => ({ pod: 'd/p', state: 'pending', revision: 1, ...more });
  const refused = (node: string, plugin: string, ...reasons: string[]) => ({
    node,
    feasible: false,
    filters: [
      { plugin: 'NodeName', passed: true },
      { plugin, passed: false, reasons },
    ],
  });
  const unscheduled = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/1 nodes are available' };
  const cases: ReadonlyArray<readonly [string, corev1.Pod, GraphDecision | undefined, readonly Trouble[], readonly string[]]> = [
    ['that is ready', bound({ phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }), undefined, [], []],
    ['that has ended', bound({ phase: 'Succeeded' }), undefined, [], []],
    [
      'that is being deleted',
      pod({ metadata: { name: 'p', deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a/b'] } }),
      undefined,
      [],
      ['Terminating: it is being deleted, until 2026-01-01T00:00:00Z; finalizers: a/b'],
    ],
    [
      'with gates',
      pod({ spec: { schedulingGates: [{ name: 'a' }, { name: 'b' }] } }),
      undefined,
      [],
      ['SchedulingGated: it waits for scheduling gates: a, b'],
    ],
    [
      'that no node takes',
      pod({}),
      decided({
        message: '0/3 nodes are available',
        nodes: [
          refused('a', 'NodeResourcesFit', 'Insufficient cpu', 'Insufficient memory'),
          refused('b', 'NodeResourcesFit', 'Insufficient cpu'),
          refused('c', 'TaintToleration', 'untolerated taint'),
        ],
      }),
      [],
      [
        'Unschedulable: 0/3 nodes are available',
        'NodeResourcesFit: 2 of 3 nodes: Insufficient cpu',
        'NodeResourcesFit: 1 of 3 nodes: Insufficient memory',
        'TaintToleration: 1 of 3 nodes: untolerated taint',
      ],
    ],
    [
      'for which room is made',
      pod({}),
      decided({ message: 'no', preemption: { node: 'n', victims: ['d/a', 'd/b'] } }),
      [],
      ['Unschedulable: no', 'Preempting: room is made on node n: 2 pods are evicted'],
    ],
    ['of another scheduler', pod({}), decided({ state: 'notOurs', note: 'it waits for x' }), [], ['OtherScheduler: it waits for x']],
    [
      'without a scheduler',
      pod({}),
      decided({ state: 'schedulerDown', note: 'off' }),
      [],
      ['SchedulerDown: the scheduler does not run: off'],
    ],
    ['that is about to be bound', pod({}), decided({ node: 'n' }), [], ['NotScheduledYet: the scheduler would bind it to node n now']],
    [
      'whose decision is not told',
      pod({ status: { conditions: [unscheduled] } }),
      undefined,
      [],
      ['Unschedulable: 0/1 nodes are available'],
    ],
    ['that is new', pod({}), undefined, [], ['NotScheduledYet: the scheduler has not come to it yet']],
    ['of which the kubelet knows nothing', bound({}), undefined, [], ['NotStartedYet: the kubelet of n has not started it yet']],
    [
      'whose containers wait, one after it failed',
      bound({
        initContainerStatuses: [{ name: 'i', ready: true, state: { terminated: { exitCode: 0, reason: 'Completed' } } }],
        containerStatuses: [
          { name: 'a', ready: false, state: { waiting: { reason: 'ErrImagePull', message: 'no such image' } } },
          {
            name: 'b',
            ready: false,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 3, reason: 'Error' } },
          },
          { name: 'c', ready: false, started: true, state: { running: {} } },
          { name: 'd', ready: false, started: false, state: { running: {} } },
          { name: 'e', ready: true, state: { running: {} } },
        ],
      }),
      undefined,
      [],
      [
        'ErrImagePull: container a: no such image',
        'CrashLoopBackOff: container b: CrashLoopBackOff; it ended with 3 before (Error)',
        'NotReady: container c runs, but its readiness probe fails',
        'NotReady: container d runs, but its startup probe has not succeeded yet',
      ],
    ],
    [
      'whose init containers are not done',
      pod({
        spec: {
          nodeName: 'n',
          initContainers: [{ name: 's', restartPolicy: 'Always' }, { name: 't', restartPolicy: 'Always' }, { name: 'i' }],
        },
        status: {
          phase: 'Pending',
          initContainerStatuses: [
            { name: 's', ready: false, started: false, state: { running: {} } },
            { name: 't', ready: true, started: true, state: { running: {} } },
            { name: 'i', ready: false, started: true, state: { running: {} } },
            { name: 'j', ready: false, state: { terminated: { exitCode: 1, reason: 'Error' } } },
          ],
          containerStatuses: [{ name: 'a', ready: false, state: { waiting: { reason: 'PodInitializing' } } }],
        },
      }),
      undefined,
      [],
      [
        'NotReady: container s runs, but its startup probe has not succeeded yet',
        'Initializing: init container i runs: others wait until it has ended',
        'Error: container j ended with 1; its restartPolicy is OnFailure',
      ],
    ],
    [
      'one of whose containers has ended',
      pod({
        spec: { nodeName: 'n', restartPolicy: 'Never', containers: [{ name: 'a' }, { name: 'b' }, { name: 'c', restartPolicy: 'Always' }] },
        status: {
          phase: 'Running',
          containerStatuses: [
            { name: 'a', ready: true, state: { running: {} } },
            { name: 'b', ready: false, state: { terminated: { exitCode: 2, reason: 'Error' } } },
            { name: 'c', ready: false, state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
          ],
        },
      }),
      undefined,
      [],
      ['Error: container b ended with 2; its restartPolicy is Never', 'OOMKilled: container c ended with 137; its restartPolicy is Always'],
    ],
    [
      'whose readinessGates are not true',
      bound({
        phase: 'Running',
        containerStatuses: [{ name: 'a', ready: true, state: { running: {} } }],
        conditions: [{ type: 'Ready', status: 'False', reason: 'ReadinessGatesNotReady', message: 'no condition "x"' }],
      }),
      undefined,
      [],
      ['ReadinessGatesNotReady: no condition "x"'],
    ],
    [
      'an event repeats what its container waits for',
      bound({
        containerStatuses: [
          { name: 'a', ready: false, state: { waiting: { reason: 'CreateContainerConfigError', message: 'configmap "x" not found' } } },
        ],
      }),
      undefined,
      [warning('Failed', 'Error: configmap "x" not found')],
      ['CreateContainerConfigError: container a: configmap "x" not found'],
    ],
    [
      'of which events warn: the newest of each reason',
      bound({ containerStatuses: [{ name: 'a', ready: false, state: { waiting: { reason: 'ContainerCreating' } } }] }),
      undefined,
      [
        warning('FailedMount', 'old'),
        warning('FailedMount', 'new'),
        warning('FailedScheduling', 'before'),
        { type: 'Normal', reason: 'Pulled', message: 'm' },
      ],
      ['ContainerCreating: container a: ContainerCreating', 'FailedMount: new'],
    ],
  ];
  test.each(cases)('%s', (_what, of, decision, events, expected) =>
    expect(texts(podObstacles(of, { decision, events }))).toEqual(expected),
  );

  test('what helps a container that waits; an event that only repeats why is left out', () => {
    const image = bound({
      containerStatuses: [
        { name: 'a', ready: false, state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off' } } },
        { name: 'b', ready: false, started: true, state: { running: {} } },
      ],
    });
    const events = [warning('Failed', 'Error: ImagePullBackOff'), warning('FailedMount', 'no such volume')];
    expect(podObstacles(image, { decision: undefined, events }).map(({ reason, help }) => [reason, help?.slice(0, 13)])).toEqual([
      ['ImagePullBackOff', 'Name an image'],
      ['NotReady', 'See the path,'],
      ['FailedMount', undefined],
    ]);
  });

  test.each([
    ['VolumeRestrictions', 'persistentvolumeclaim "x" not found', 'Create the PersistentVolumeClaim, or name one that there is.'],
    [
      'VolumeBinding',
      "node(s) didn't find available persistent volumes to bind",
      'Create a PersistentVolume that the claim fits and these nodes reach.',
    ],
    ['VolumeBinding', 'pod has unbound immediate PersistentVolumeClaims', 'See whyPending of the pod’s persistentVolumeClaims.'],
  ])('what helps where %s says: %s', (plugin, reason, help) =>
    expect(podObstacles(pod({}), { decision: decided({ nodes: [refused('a', plugin, reason)] }), events: [] })[1]?.help).toBe(help),
  );

  test('nodes stand with their reason, and what helps', () => {
    const decision = decided({ message: 'm', nodes: [refused('a', 'NodeUnschedulable', 'node(s) were unschedulable')] });
    expect(podObstacles(pod({}), { decision, events: [] })[1]).toEqual({
      reason: 'NodeUnschedulable',
      message: '1 of 1 node: node(s) were unschedulable',
      help: 'Uncordon a node.',
      nodes: ['a'],
      nodesLooked: 1,
    });
  });
});

describe('a claim', () => {
  const claim = (spec: object, phase = 'Pending') => ({ metadata: { name: 'c' }, spec, status: { phase } }) as corev1.PersistentVolumeClaim;
  const ofClass = (more: object) => ({ provisioner: 'disks.example.com', ...more }) as storagev1.StorageClass;
  const cases: ReadonlyArray<
    readonly [string, corev1.PersistentVolumeClaim, storagev1.StorageClass | undefined, readonly Trouble[], readonly string[]]
  > = [
    ['that is bound', claim({}, 'Bound'), undefined, [], []],
    ['that lost its volume', claim({ volumeName: 'v' }, 'Lost'), undefined, [], ['Lost: its volume v is gone, and its data with it']],
    [
      'with an event',
      claim({ storageClassName: 'x' }),
      undefined,
      [warning('ProvisioningFailed', 'storageclass "x" not found')],
      ['ProvisioningFailed: storageclass "x" not found'],
    ],
    ['of no class', claim({ storageClassName: 'x' }), undefined, [], ['NoStorageClass: storageclass.storage.k8s.io "x" not found']],
    [
      'that waits for a pod',
      claim({ storageClassName: 'x' }),
      ofClass({ volumeBindingMode: 'WaitForFirstConsumer' }),
      [],
      ['WaitForFirstConsumer: it is bound as soon as a pod that uses it is scheduled'],
    ],
    [
      'that waits for a volume',
      claim({ storageClassName: 'x' }),
      ofClass({}),
      [],
      ['Provisioning: it waits for a volume of disks.example.com'],
    ],
    ['that nothing provides', claim({}), undefined, [], ['NoVolume: no PersistentVolume matches it, and it names no StorageClass']],
  ];
  test.each(cases)('%s', (_what, of, storageClass, events, expected) =>
    expect(texts(claimObstacles(of, { storageClass, events }))).toEqual(expected),
  );
});

test('what helps a claim whose class is missing, told by an event or not', () => {
  const claim = { metadata: { name: 'c' }, spec: { storageClassName: 'x' }, status: { phase: 'Pending' } } as corev1.PersistentVolumeClaim;
  const helps = (events: readonly Trouble[]) => claimObstacles(claim, { storageClass: undefined, events }).map(({ help }) => help);
  const help = 'Create the StorageClass, or name one that there is.';
  expect(helps([])).toEqual([help]);
  expect(helps([warning('ProvisioningFailed', 'storageclass.storage.k8s.io "x" not found')])).toEqual([help]);
  expect(helps([warning('ProvisioningFailed', 'the disk is full')])).toEqual([undefined]);
});

describe('a workload', () => {
  const of = (kind: string, spec: object, status: object = {}): Workload => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'w' },
    spec,
    status,
  });
  const quota = 'pods "w-1" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1';
  const refusal = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: quota };
  const cases: ReadonlyArray<readonly [string, Workload, number, readonly Trouble[], readonly string[], boolean]> = [
    ['that has its pods', of('Deployment', { replicas: 2 }, { readyReplicas: 2 }), 2, [warning('FailedCreate', 'once')], [], true],
    ['scaled to zero', of('Deployment', { replicas: 0 }), 0, [], ['ScaledToZero: spec.replicas is 0'], true],
    ['that is suspended', of('Job', { suspend: true }), 0, [], ['Suspended: spec.suspend is true: it makes no pods'], true],
    [
      'without nodes',
      of('DaemonSet', {}, { desiredNumberScheduled: 0 }),
      0,
      [],
      ['NoNodes: no node is one that its pods may run on'],
      true,
    ],
    [
      'whose quota is used up',
      of('ReplicaSet', { replicas: 1 }, { conditions: [refusal] }),
      0,
      [warning('FailedCreate', quota)],
      [`FailedCreate: ${quota}`],
      false,
    ],
    ['whose creations fail', of('StatefulSet', { replicas: 1 }), 0, [warning('FailedCreate', 'no')], ['FailedCreate: no'], false],
    ['whose creations failed once', of('StatefulSet', { replicas: 1 }), 1, [warning('FailedCreate', 'no')], [], false],
    [
      'that is paused',
      of('Deployment', { replicas: 1, paused: true }),
      0,
      [],
      ['Paused: spec.paused is true: changes of its template wait'],
      false,
    ],
    [
      'that makes no progress',
      of(
        'Deployment',
        { replicas: 1 },
        { conditions: [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' }] },
      ),
      1,
      [],
      ['ProgressDeadlineExceeded: timed out'],
      false,
    ],
    [
      'a job whose creations fail',
      of('Job', { completions: 2, parallelism: 1 }, { ready: 0, succeeded: 1 }),
      1,
      [warning('FailedCreate', quota)],
      [`FailedCreate: ${quota}`],
      false,
    ],
    ['a job without completions, after its first success', of('Job', { parallelism: 2 }, { succeeded: 1 }), 0, [], [], true],
    [
      'a job that is complete, though a creation failed once',
      of('Job', { completions: 2, parallelism: 2 }, { succeeded: 2, conditions: [{ type: 'Complete', status: 'True' }] }),
      0,
      [warning('FailedCreate', 'once')],
      [],
      true,
    ],
    [
      'whose job failed',
      of('Job', {}, { conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'limit' }] }),
      0,
      [],
      ['BackoffLimitExceeded: limit'],
      false,
    ],
  ];
  test.each(cases)('%s', (_what, workload, pods, events, expected, done) => {
    const told = workloadObstacles(workload, { pods, events });
    expect([texts(told.found), told.done]).toEqual([expected, done]);
  });

  test('a quota is found in the message', () => {
    expect(quotaIn(quota)).toBe('small');
    expect(quotaIn('pods "quota" is forbidden: no')).toBeUndefined();
    expect(workloadObstacles(of('ReplicaSet', { replicas: 1 }, { conditions: [refusal] }), { pods: 0, events: [] }).found[0]?.help).toMatch(
      /^Raise the quota/,
    );
  });
});
