import { CSINode, Lease, Node, Pod, ResourceSlice, VolumeAttachment } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Grouping } from '../loaders.js';
import { referredToBy, refersToOne } from './references.js';
import type { Relation } from './relation.js';

/** Pods, and what else names its node in its spec, by this node. */
export const byNode: Grouping<KubeObject & { spec: { nodeName?: string } }> = {
  name: 'node',
  keys: ({ spec }) => (spec.nodeName ? [spec.nodeName] : []),
};

/** The pods bound to the node. */
const nodePods = referredToBy({
  on: Node,
  field: 'pods',
  description: 'The Pods bound to this Node, of all namespaces.',
  to: Pod,
  by: byNode,
});

/** From a node to what runs on it and what it has. */
export const nodeRelations: readonly Relation[] = [
  nodePods,
  refersToOne({
    on: Node,
    field: 'lease',
    description: 'The Lease that the kubelet of this Node renews.',
    to: Lease,
    at: ({ metadata }) => ({ name: metadata.name, namespace: 'kube-node-lease' }),
  }),
  refersToOne({
    on: Node,
    field: 'csiNode',
    description: 'The CSINode with the storage drivers of this Node.',
    to: CSINode,
    at: ({ metadata }) => ({ name: metadata.name }),
  }),
  referredToBy({
    on: Node,
    field: 'volumeAttachments',
    description: 'The VolumeAttachments of this Node.',
    to: VolumeAttachment,
    by: byNode,
  }),
  referredToBy({
    on: Node,
    field: 'resourceSlices',
    description: 'The ResourceSlices with the devices of this Node.',
    to: ResourceSlice,
    by: byNode,
  }),
];
