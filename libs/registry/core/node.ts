import type { corev1 } from '#api';
import { append } from '#apimachinery';
import type { Column, ResourceStrategy, SubresourceStrategy } from '#apiserver';
import { lastReported } from '#component-helpers';
import { ageColumn, nameColumn } from '../columns.js';
import { cidrWarnings } from '../rules/ip.js';
import { validateNode, validateNodeUpdate } from './node-validation.js';

type Node = corev1.Node;

const ROLE_PREFIX = 'node-role.kubernetes.io/';

/** podCIDR is the first of podCIDRs, and takes precedence if they differ (core/v1 conversion.go). */
function mirrorPodCIDR(node: Node): void {
  const { spec } = node;
  if (!spec) return;
  if (spec.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
  if (spec.podCIDRs?.length) spec.podCIDR = spec.podCIDRs[0];
}

function status(node: Node): string {
  const ready = node.status?.conditions?.find((condition) => condition.type === 'Ready');
  const text = ready ? (ready.status === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return node.spec?.unschedulable ? `${text},SchedulingDisabled` : text;
}

function roles(node: Node): string {
  const found = new Set<string>();
  for (const [key, value] of Object.entries(node.metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key.length > ROLE_PREFIX.length) found.add(key.slice(ROLE_PREFIX.length));
    else if (key === 'kubernetes.io/role' && value !== '') found.add(value);
  }
  return [...found].sort().join(',') || '<none>';
}

function address(node: Node, type: string): string {
  return node.status?.addresses?.find((candidate) => candidate.type === type)?.address ?? '<none>';
}

function kernel(node: Node): string {
  const { kernelVersion, architecture } = node.status?.nodeInfo ?? {};
  return (kernelVersion || '<unknown>') + (architecture ? ` (${architecture})` : '');
}

const columns: readonly Column<Node>[] = [
  nameColumn,
  { name: 'Status', type: 'string', description: 'The status of the node', cell: status },
  { name: 'Roles', type: 'string', description: 'The roles of the node', cell: roles },
  ageColumn,
  { name: 'Version', type: 'string', cell: (node) => node.status?.nodeInfo?.kubeletVersion ?? '' },
  { name: 'Internal-IP', type: 'string', priority: 1, cell: (node) => address(node, 'InternalIP') },
  { name: 'External-IP', type: 'string', priority: 1, cell: (node) => address(node, 'ExternalIP') },
  { name: 'OS-Image', type: 'string', priority: 1, cell: (node) => node.status?.nodeInfo?.osImage || '<unknown>' },
  { name: 'Kernel-Version', type: 'string', priority: 1, cell: kernel },
  { name: 'Container-Runtime', type: 'string', priority: 1, cell: (node) => node.status?.nodeInfo?.containerRuntimeVersion || '<unknown>' },
];

/** The heartbeats of a running node are computed, not stored. */
function heartbeat(node: Node, { now }: { now: number }): Node {
  const conditions = lastReported(node, now);
  return conditions === (node.status?.conditions ?? conditions)
    ? node
    : { ...node, status: { ...node.status, conditions: [...conditions] } };
}

const statusStrategy: SubresourceStrategy<Node> = {
  prepareForUpdate(node, old) {
    node.spec = old.spec;
    if (node.status?.config && !old.status?.config) delete node.status.config;
  },
  validateUpdate: validateNodeUpdate,
};

/** Nodes (pkg/registry/core/node). The not-ready taint of a new node is set by admission (TaintNodesByCondition). */
export const node: ResourceStrategy<Node> = {
  group: '',
  resource: 'nodes',
  setDefaults(object) {
    mirrorPodCIDR(object);
    if (object.status?.capacity && !object.status.allocatable) object.status.allocatable = { ...object.status.capacity };
  },
  prepareForCreate(object) {
    if (object.spec?.configSource) delete object.spec.configSource;
    if (object.status?.config) delete object.status.config;
  },
  validate: validateNode,
  prepareForUpdate(object, old) {
    object.status = old.status;
    if (object.spec?.configSource && !old.spec?.configSource) delete object.spec.configSource;
  },
  validateUpdate: (object, old) => [...validateNode(object), ...validateNodeUpdate(object, old)],
  warnings(object) {
    const warnings: string[] = [];
    if (object.spec?.configSource) warnings.push('spec.configSource: the feature is removed');
    if (object.spec?.externalID) warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
    object.spec?.podCIDRs?.forEach((cidr, index) => {
      append(warnings, cidrWarnings(`spec.podCIDRs[${index}]`, cidr));
    });
    return warnings;
  },
  subresources: { status: statusStrategy },
  fields: { 'spec.unschedulable': (object) => String(object.spec?.unschedulable ?? false) },
  columns,
  decorate: heartbeat,
};
