import { conflict, type GroupResource, type KubeObject } from '#apimachinery';
import type { DeleteOptions } from '#apiserver';

/** Checks the preconditions of a deletion as the store does, with its message (apiserver/pkg/storage Preconditions.Check). Throws 409. */
export const storePreconditions =
  (resource: GroupResource) =>
  ({ metadata }: KubeObject, { preconditions }: DeleteOptions): void => {
    for (const [field, label] of [
      ['uid', 'UID'],
      ['resourceVersion', 'ResourceVersion'],
    ] as const) {
      const wanted = preconditions?.[field];
      if (wanted === undefined || wanted === metadata[field]) continue;
      const text = `Precondition failed: ${label} in precondition: ${wanted}, ${label} in object meta: ${metadata[field] ?? ''}`;
      throw conflict(resource, metadata.name, text);
    }
  };
