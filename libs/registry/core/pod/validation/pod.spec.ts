import type { corev1 } from '#api';
import { formatFieldError, SteppedClock, seededRandom } from '#apimachinery';
import type { StrategyContext } from '#apiserver';
import { pod as strategy } from '../pod.js';

type Spec = Record<string, unknown>;

const ctx: StrategyContext = {
  clock: new SteppedClock(0),
  random: seededRandom('pods'),
  user: { name: 'u', groups: [] },
  name: '',
  apiVersion: 'v1',
  namespace: 'ns',
  reader: {
    get: async () => undefined,
    list: async () => [],
    stored: async () => [],
    changeOf: () => undefined,
    mayHave: () => false,
    refresh: async () => undefined,
  },
  dryRun: false,
};

function made(spec: Spec, metadata: object = {}): corev1.Pod {
  const pod = structuredClone({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', uid: 'u', ...metadata },
    spec: { containers: [{ name: 'c', image: 'nginx' }], ...spec },
  }) as unknown as corev1.Pod;
  strategy.setDefaults?.(pod);
  strategy.prepareForCreate?.(pod, ctx);
  return pod;
}

const errorsOf = (spec: Spec, metadata?: object): string[] => (strategy.validate?.(made(spec, metadata), ctx) ?? []).map(formatFieldError);
const container = (fields: object): Spec => ({ containers: [{ name: 'c', image: 'nginx', ...fields }] });

describe('invalid pods', () => {
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  it.each<[string, Spec, string[]]>([
    ['nothing at all', { containers: [] }, ['spec.containers: Required value']],
    [
      'two of a name',
      { containers: [container({}), container({})].flatMap((each) => each.containers as object[]) },
      ['spec.containers[1].name: Duplicate value: "c"'],
    ],
    [
      'a sidecar of a container’s name',
      { initContainers: [{ name: 'c', image: 'i', restartPolicy: 'Always' }] },
      ['spec.initContainers[0].name: Duplicate value: "c"'],
    ],
    [
      'an init container with a probe',
      { initContainers: [{ name: 'i', image: 'i', livenessProbe: { exec: { command: ['x'] } } }] },
      ['spec.initContainers[0].livenessProbe: Forbidden: may not be set for init containers without restartPolicy=Always'],
    ],
    [
      'an image with blanks',
      container({ image: ' nginx' }),
      ['spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace'],
    ],
    [
      'two handlers',
      container({ livenessProbe: { exec: { command: ['x'] }, httpGet: { port: 80 } } }),
      ['spec.containers[0].livenessProbe.httpGet: Forbidden: may not specify more than 1 handler type'],
    ],
    [
      'no handler',
      container({ readinessProbe: { periodSeconds: 1 } }),
      ['spec.containers[0].readinessProbe: Required value: must specify a handler type'],
    ],
    [
      'a liveness probe that must succeed twice',
      container({ livenessProbe: { tcpSocket: { port: 80 }, successThreshold: 2 } }),
      ['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
    ],
    [
      'a sleep longer than its end',
      container({ lifecycle: { preStop: { sleep: { seconds: 31 } } } }),
      [
        'spec.containers[0].lifecycle.preStop.sleep: Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)',
      ],
    ],
    [
      'more asked for than allowed',
      container({ resources: { requests: { cpu: '2' }, limits: { cpu: '1' } } }),
      ['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 1'],
    ],
    [
      'huge pages alone',
      container({ resources: { limits: { 'hugepages-2Mi': '3Mi' } } }),
      [
        'spec.containers[0].resources.limits[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
        'spec.containers[0].resources.requests[hugepages-2Mi]: Invalid value: "3Mi": 3Mi is not positive integer multiple of hugepages-2Mi',
        'spec.containers[0].resources: Forbidden: HugePages require cpu or memory',
      ],
    ],
    [
      'a claim that is not there',
      container({ resources: { claims: [{ name: 'gpu' }] } }),
      ['spec.containers[0].resources.claims[0]: Not found: "gpu": must be one of the names in pod.spec.resourceClaims which is empty'],
    ],
    [
      'a mount of nothing',
      container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] }),
      ['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
    ],
    [
      'two sources of a volume',
      { volumes: [{ name: 'v', secret: { secretName: 's' }, emptyDir: {} }] },
      ['spec.volumes[0].secret: Forbidden: may not specify more than 1 volume type'],
    ],
    [
      'files on top of each other',
      {
        volumes: [
          {
            name: 'v',
            projected: {
              sources: [
                { secret: { name: 's', items: [{ key: 'a', path: 'x' }] } },
                { configMap: { name: 'm', items: [{ key: 'a', path: 'x' }] } },
              ],
            },
          },
        ],
      },
      ['spec.volumes[0].projected: Invalid value: "m": conflicting duplicate paths'],
    ],
    [
      'a field of no pod',
      container({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'spec.foo' } } }] }),
      [
        'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Invalid value: "spec.foo": error converting fieldPath: field label not supported: spec.foo',
      ],
    ],
    [
      'no escalation, yet privileged',
      container({ securityContext: { privileged: true, allowPrivilegeEscalation: false } }),
      [
        'spec.containers[0].securityContext: Invalid value: {"Capabilities":null,"Privileged":true,"SELinuxOptions":null,"WindowsOptions":null,"RunAsUser":null,"RunAsGroup":null,"RunAsNonRoot":null,"ReadOnlyRootFilesystem":null,"AllowPrivilegeEscalation":false,"ProcMount":null,"SeccompProfile":null,"AppArmorProfile":null}: cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
      ],
    ],
    [
      'a sysctl of the host’s network',
      { hostNetwork: true, securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }] } },
      [`spec.securityContext.sysctls[0].name: Invalid value: "net.core.somaxconn": may not be specified when 'hostNetwork' is true`],
    ],
    [
      'a toleration of everything but by value',
      { tolerations: [{ operator: 'Equal', effect: 'Nope', tolerationSeconds: 1 }] },
      [
        'spec.tolerations[0].operator: Invalid value: "Equal": operator must be Exists when `key` is empty, which means "match all values and all keys"',
        `spec.tolerations[0].effect: Invalid value: "Nope": effect must be 'NoExecute' when \`tolerationSeconds\` is set`,
        'spec.tolerations[0].effect: Unsupported value: "Nope": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      ],
    ],
    [
      'affinity to nothing',
      {
        affinity: {
          nodeAffinity: { [required]: { nodeSelectorTerms: [] }, [preferred]: [{ weight: 101, preference: {} }] },
          podAffinity: { [required]: [{ labelSelector: {}, topologyKey: '' }] },
        },
      },
      [
        `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms: Required value: must have at least one node selector term`,
        `spec.affinity.nodeAffinity.${preferred}[0].weight: Invalid value: 101: must be in the range 1-100`,
        `spec.affinity.podAffinity.${required}[0].topologyKey: Required value: can not be empty`,
        `spec.affinity.podAffinity.${required}[0].topologyKey: Invalid value: "": name part must be non-empty`,
        expect.stringContaining(
          `spec.affinity.podAffinity.${required}[0].topologyKey: Invalid value: "": name part must consist of`,
        ) as never,
      ],
    ],
    [
      'spread twice over one topology',
      {
        topologySpreadConstraints: [1, 0].map((maxSkew) => ({
          maxSkew,
          topologyKey: 'zone',
          whenUnsatisfiable: 'DoNotSchedule',
          labelSelector: {},
        })),
      },
      [
        'spec.topologySpreadConstraints[0].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
        'spec.topologySpreadConstraints[1].maxSkew: Invalid value: 0: must be greater than zero',
      ],
    ],
    [
      'without servers for its own resolver',
      { dnsPolicy: 'None' },
      ['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
    ],
    ['a user namespace in the host’s others', { hostUsers: false, hostPID: true }, ['spec.HostPID: Forbidden: when `hostUsers` is false']],
    [
      'of Windows with Linux’ settings',
      { os: { name: 'windows' }, securityContext: { fsGroup: 1 } },
      ['spec.securityContext.fsGroup: Forbidden: cannot be set for a windows pod'],
    ],
    [
      'too small for its containers',
      { resources: { requests: { cpu: '1' } }, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '2' } } }] },
      ['spec.resources.requests[cpu]: Invalid value: "1": must be greater than or equal to aggregate container requests of 2'],
    ],
    [
      'bound while it is gated',
      { nodeName: 'n', schedulingGates: [{ name: 'a.io/b' }] },
      ['spec.nodeName: Forbidden: cannot be set until all schedulingGates have been cleared'],
    ],
    [
      'token without account',
      { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 60 } }] } }] },
      [
        'spec.volumes[0].projected.sources[0].serviceAccountToken.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
        'spec.volumes[0].projected.sources[0].serviceAccountToken: Forbidden: must not be specified when serviceAccountName is not set',
      ],
    ],
  ])('%s', (_, spec, errors) => {
    expect(errorsOf(spec)).toEqual(errors);
  });

  it('annotations that contradict fields', () => {
    expect(
      errorsOf({}, { annotations: { 'kubernetes.io/config.mirror': 'x', 'controller.kubernetes.io/pod-deletion-cost': '+1' } }),
    ).toEqual([
      'metadata.annotations[kubernetes.io/config.mirror]: Invalid value: "x": must set spec.nodeName if mirror pod annotation is set',
      'metadata.annotations[controller.kubernetes.io/pod-deletion-cost]: Invalid value: "+1": must be a 32bit integer',
    ]);
  });
});

describe('allowed changes of a pod', () => {
  const change = (before: Spec, after: Spec): string[] => {
    const old = made(before);
    const next = made(after);
    strategy.prepareForUpdate?.(next, old, ctx);
    return (strategy.validateUpdate?.(next, old, ctx) ?? []).map((error) => formatFieldError(error).split('\n')[0] ?? '');
  };
  const only = expect.stringMatching(/^spec: Forbidden: pod updates may not change fields other than `spec\.containers\[\*\]\.image`/);
  it.each<[string, Spec, Spec, unknown[]]>([
    ['its image', {}, container({ image: 'other' }), []],
    ['its command', {}, container({ command: ['x'] }), [only]],
    [
      'a container more',
      {},
      { containers: ['a', 'b'].map((name) => ({ name, image: 'i' })) },
      ['spec.containers: Forbidden: pod updates may not add or remove containers'],
    ],
    [
      'a later end',
      { activeDeadlineSeconds: 5 },
      { activeDeadlineSeconds: 6 },
      ['spec.activeDeadlineSeconds: Invalid value: 6: must be less than or equal to previous value'],
    ],
    ['a toleration more', {}, { tolerations: [{ operator: 'Exists' }] }, []],
    [
      'a toleration less',
      { tolerations: [{ operator: 'Exists' }] },
      {},
      ['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds'],
    ],
    ['a gate less', { schedulingGates: [{ name: 'a' }] }, {}, []],
    [
      'a gate more',
      {},
      { schedulingGates: [{ name: 'a' }] },
      ["spec.schedulingGates[0].name: Forbidden: only deletion is allowed, but found new scheduling gate 'a'"],
    ],
    [
      'its node affinity, while it is gated',
      { schedulingGates: [{ name: 'a' }] },
      { schedulingGates: [{ name: 'a' }], nodeSelector: { a: 'b' } },
      [],
    ],
    ['its node affinity, later', {}, { nodeSelector: { a: 'b' } }, [only]],
  ])('%s', (_, before, after, errors) => {
    expect(change(before, after)).toEqual(errors);
  });
});

describe('resizing a running pod', () => {
  const sized = (cpu: string, fields: object = {}): Spec => container({ resources: { requests: { cpu, ...fields } } });
  const beside = (resources: object): Spec => ({
    containers: [
      { name: 'c', image: 'i', resources: { requests: { cpu: '1' } } },
      { name: 'bare', image: 'i', resources },
    ],
  });
  const resize = (before: Spec, after: Spec): string[] => {
    const old = made(before);
    const next = made(after);
    strategy.subresources?.resize?.prepareForUpdate(next, old, ctx);
    return (strategy.subresources?.resize?.validateUpdate?.(next, old, ctx) ?? []).map(formatFieldError);
  };
  it.each<[string, Spec, Spec, string[]]>([
    ['more cpu', sized('1'), sized('2'), []],
    ['a first request of a container without any', beside({}), beside({ requests: { memory: '1Gi' } }), []],
    [
      'none at all',
      sized('1'),
      {},
      [
        'spec: Invalid value: "Burstable": Pod QOS Class may not change as a result of resizing',
        'spec.containers[0].resources.requests: Forbidden: resource requests cannot be removed',
      ],
    ],
    [
      'more of something else',
      sized('1', { 'a.b/c': '1' }),
      sized('1', { 'a.b/c': '2' }),
      expect.arrayContaining(['spec: Forbidden: only cpu and memory resources are mutable']) as never,
    ],
    [
      'another container',
      sized('1'),
      { containers: [{ name: 'd', image: 'i' }] },
      expect.arrayContaining(['spec.containers[0].name: Forbidden: containers may not be renamed or reordered on resize']) as never,
    ],
  ])('%s', (_, before, after, errors) => {
    expect(resize(before, after)).toEqual(errors);
  });
});

test('defaulting is idempotent', () => {
  const pod = made({
    hostNetwork: true,
    resources: { limits: { cpu: '2' } },
    containers: [{ name: 'c', image: 'nginx', ports: [{ containerPort: 80 }], resources: { limits: { memory: '1Gi' } } }],
    volumes: [{ name: 'v' }, { name: 'w', configMap: { name: 'm' } }],
  });
  const once = structuredClone(pod);
  strategy.setDefaults?.(pod);
  expect(pod).toEqual(once);
  expect(pod.spec.resources).toEqual({ limits: { cpu: '2' }, requests: { cpu: '2', memory: '1Gi' } });
  expect(pod.spec.containers[0]).toMatchObject({ ports: [{ hostPort: 80, protocol: 'TCP' }], resources: { requests: { memory: '1Gi' } } });
});

test('AppArmor annotations of old clients become fields, with a warning', () => {
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/c': 'localhost/k' };
  const pod = made({}, { annotations });
  expect(pod.spec.containers[0]?.securityContext).toEqual({ appArmorProfile: { type: 'Localhost', localhostProfile: 'k' } });
  expect(strategy.warnings?.(pod, undefined, ctx)).toEqual([
    'metadata.annotations[container.apparmor.security.beta.kubernetes.io/c]: deprecated since v1.30; use the "appArmorProfile" field instead',
  ]);
});
