import { type FieldError, fieldPath, type KubeObject } from '#apimachinery';
import type { ResourceStrategy } from '#apiserver';
import { validateStandardFinalizer } from './core/finalizers.js';

/** Groups whose validation upstream builds on core's: their metadata.finalizers must be qualified or standard names. */
const GROUPS = new Set([
  '',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'discovery.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

function validateFinalizers({ metadata }: KubeObject): FieldError[] {
  const { finalizers } = metadata;
  if (!finalizers?.length) return [];
  return finalizers.flatMap((name, index) => validateStandardFinalizer(name, fieldPath('metadata', 'finalizers').index(index)));
}

/** Adds core's validation of metadata.finalizers before the strategy's own (core validation.go ValidateObjectMeta). */
export function withFinalizerNames(strategy: ResourceStrategy): ResourceStrategy {
  if (!GROUPS.has(strategy.group) || strategy.validatesMetadata || strategy.answer) return strategy;
  return {
    ...strategy,
    validate: (object, ctx) => validateFinalizers(object).concat(strategy.validate?.(object, ctx) ?? []),
    validateUpdate: (object, old, ctx) => validateFinalizers(object).concat(strategy.validateUpdate?.(object, old, ctx) ?? []),
  };
}
