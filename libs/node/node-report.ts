import { type corev1, Node } from '#api';
import type { ReconcileContext } from '#controller-runtime';

/** What a kubelet reports: the fields that change; null: a field is gone. */
type Report = { readonly [Field in keyof corev1.NodeStatus]?: corev1.NodeStatus[Field] | null };

/** Patches the status of a Node in the name of its kubelet. Throws a conflict if the Node has changed since it was read. */
export async function reportNode({ metadata }: corev1.Node, status: Report, client: ReconcileContext['client']): Promise<void> {
  const { name, resourceVersion } = metadata;
  const patch = { metadata: { resourceVersion }, status };
  await client.as({ node: name }).patch(Node, name, undefined, 'merge', patch, { subresource: 'status' });
}
