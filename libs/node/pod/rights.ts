import type { corev1 } from '#api';
import type { ImageDefinition, Rights } from '../images/image.js';
import { hasCapability } from './capabilities.js';

/** What the program of a container may do, by its security context and that of its pod, as far as it has been given it. */
export function rightsOf(container: corev1.Container, image: Pick<ImageDefinition, 'user'>): Rights | undefined {
  const { securityContext, volumeMounts = [] } = container;
  if (!securityContext) return undefined;
  const uid = securityContext.runAsUser ?? image.user ?? 0;
  return {
    uid,
    chown: hasCapability(container, uid, 'CHOWN'),
    readOnlyRoot: securityContext.readOnlyRootFilesystem === true,
    writable: volumeMounts.filter(({ readOnly }) => !readOnly).map(({ mountPath }) => mountPath.replace(/\/+$/, '')),
  };
}
