import { type corev1, Pod } from '#api';
import type { Plugin } from '../framework.js';

/** Binds pods through their binding subresource. */
export const defaultBinder: Plugin = {
  name: 'DefaultBinder',
  async bind({ metadata: { name, namespace, uid } }, node, { client }) {
    await client.createSubresource(Pod, name, namespace, 'binding', {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid },
      target: { kind: 'Node', name: node },
    } as corev1.Binding);
    return true;
  },
};
