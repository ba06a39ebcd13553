import { APIService, FlowSchema, Lease, PriorityClass, PriorityLevelConfiguration, ServiceCIDR } from '#api';
import { formatTime, uuidOf } from '#apimachinery';
import { serverLease } from '#component-helpers';
import { SERVICE_CIDR } from '#network';
import { API_SERVICES } from './data/api-services.js';
import { FLOW_SCHEMAS, PRIORITY_LEVELS } from './data/flow-control.js';
import { create, type Step } from './step.js';
import type { NodePlan } from './template.js';

const autoupdate = { 'apf.kubernetes.io/autoupdate-spec': 'true' };
const PRIORITY_CLASSES = [
  {
    name: 'system-cluster-critical',
    value: 2_000_000_000,
    description: 'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
  },
  {
    name: 'system-node-critical',
    value: 2_000_001_000,
    description: 'Used for system critical pods that must not be moved from their current node.',
  },
];

/** Objects that the API server creates when it starts (pkg/controlplane, the aggregator, priority and fairness). */
export function serverSteps(): Step[] {
  return [
    ...PRIORITY_CLASSES.map(({ name, value, description }) =>
      create(PriorityClass, { metadata: { name }, value, description, preemptionPolicy: 'PreemptLowerPriority' }),
    ),
    ...Object.entries(PRIORITY_LEVELS).map(([name, spec]) =>
      create(PriorityLevelConfiguration, { metadata: { name, annotations: autoupdate }, spec }),
    ),
    ...Object.entries(FLOW_SCHEMAS).map(([name, spec]) => create(FlowSchema, { metadata: { name, annotations: autoupdate }, spec })),
    ...API_SERVICES.map(({ group, version, minimum, priority }) =>
      create(APIService, {
        metadata: { name: `${version}.${group}`, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
        spec: { ...(group === '' ? {} : { group }), version, groupPriorityMinimum: minimum, versionPriority: priority },
      }),
    ),
    create(ServiceCIDR, {
      metadata: { name: 'kubernetes', finalizers: ['networking.k8s.io/service-cidr-finalizer'] },
      spec: { cidrs: [SERVICE_CIDR] },
    }),
  ];
}

/** The Leases by which the API servers tell their identity. */
export function identitySteps(nodes: readonly NodePlan[], now: number): Step[] {
  const servers = nodes.filter(({ controlPlane }) => controlPlane);
  return servers.map(({ name, address }) =>
    create(Lease, serverLease({ host: name, address, process: uuidOf(`kube-apiserver/${name}`), renewed: now })),
  );
}

/** The statuses that the server's own controllers would set on them. */
export function serverStatusSteps(now: number): Step[] {
  const lastTransitionTime = formatTime(now);
  const ready = { type: 'Ready', status: 'True', lastTransitionTime, reason: '', message: 'Kubernetes Service CIDR is ready' };
  return [
    { verb: 'patch', resource: ServiceCIDR, name: 'kubernetes', subresource: 'status', patch: { status: { conditions: [ready] } } },
    ...Object.entries(FLOW_SCHEMAS).map(([name, spec]): Step => {
      const level = spec.priorityLevelConfiguration.name;
      const message = `This FlowSchema references the PriorityLevelConfiguration object named "${level}" and it exists`;
      const dangling = { type: 'Dangling', status: 'False', lastTransitionTime, reason: 'Found', message };
      return { verb: 'patch', resource: FlowSchema, name, subresource: 'status', patch: { status: { conditions: [dangling] } } };
    }),
  ];
}
