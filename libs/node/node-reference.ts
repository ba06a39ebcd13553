import type { corev1 } from '#api';

/** A node as its kubelet names it in events: by its name instead of its uid (kubelet nodeRef). */
export const nodeReference = (node: corev1.Node): corev1.Node => ({ ...node, metadata: { ...node.metadata, uid: node.metadata.name } });
