import { CSIDriver, CSINode, type corev1, Node } from '#api';
import { deepEqual } from '#apimachinery';
import { podsOnNode } from '#client';
import { usesVolumes } from '#component-helpers';
import type { Informers } from '#controller-runtime';
import { hasSandbox } from '../pod/assemble.js';

/** Calls the listener for pods that wait for volumes, when something has changed that they may wait for. */
export function onMountable(informers: Informers, listener: (pod: corev1.Pod, revision: number) => void): void {
  const changedOn = (node: string, revision: number): void => {
    for (const pod of podsOnNode(informers, node)) if (usesVolumes(pod) && !hasSandbox(pod)) listener(pod, revision);
  };
  informers.of(Node).on(({ object, old, deleted, revision }) => {
    const isAttached = !deleted && old !== undefined && !deepEqual(old.status?.volumesAttached, object.status?.volumesAttached);
    if (isAttached) changedOn(object.metadata.name, revision);
  });
  informers.of(CSINode).on(({ object, revision }) => changedOn(object.metadata.name, revision));
  informers.of(CSIDriver).on(({ revision }) => {
    for (const { metadata } of informers.of(Node).list()) changedOn(metadata.name, revision);
  });
}
