import type { corev1 } from '#api';
import { type FieldError, notSupported, required } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';

type Binding = corev1.Binding;

function validate(object: Binding): FieldError[] {
  const { kind, name } = object.target ?? {};
  const errors: FieldError[] = [];
  if (kind && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
  if (!name) errors.push(required('target.name'));
  return errors;
}

/** Bindings (pkg/registry/core/pod/storage BindingREST): never stored; the pipeline assigns the pod. */
export const binding: ResourceStrategy<Binding> = { group: '', resource: 'bindings', validate };
