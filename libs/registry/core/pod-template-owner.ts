import type { corev1 } from '#api';
import { type FieldError, type FieldPath, fieldForbidden, type KubeObject, notSupported } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { podNameWarnings, podTemplateWarnings } from './pod/warnings.js';

/** A kind that maintains a number of pods from one template. */
type Replicated = KubeObject & { spec: { replicas?: number; template?: corev1.PodTemplateSpec }; status?: { replicas?: number } };

/**
 * The scale subresource for `spec.replicas`; `selector` returns the text that selects the pods (registry/<group>/<kind>/storage ScaleREST).
 */
export function replicaScale<T extends Replicated>(selector: (object: T) => string): NonNullable<ResourceStrategy<T>['scale']> {
  return {
    replicas: (object) => object.spec.replicas,
    setReplicas(object, replicas) {
      object.spec = { ...object.spec, replicas };
    },
    status: (object) => object.status?.replicas ?? 0,
    selector,
  };
}

/** Warnings for a pod template, and for the prefix of its pods' names; on updates only if the spec has changed. */
export function templateOwnerWarnings({ metadata, spec }: Replicated, old: Replicated | undefined): string[] {
  if (old && metadata.generation === old.metadata.generation) return [];
  const found = podTemplateWarnings(spec.template, 'spec.template');
  return old ? found : [...podNameWarnings(metadata.name), ...found];
}

/** Pods that are replaced when they end must have the restart policy Always and no deadline. `owner`: the kind, for the message. */
export function validateReplaceable(template: corev1.PodTemplateSpec | undefined, path: FieldPath, owner: string): FieldError[] {
  const errors: FieldError[] = [];
  const policy = template?.spec?.restartPolicy ?? '';
  if (policy !== 'Always') errors.push(notSupported(path.child('spec', 'restartPolicy'), policy, ['Always']));
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    errors.push(fieldForbidden(path.child('spec', 'activeDeadlineSeconds'), `activeDeadlineSeconds in ${owner} is not Supported`));
  }
  return errors;
}
