import type { KubeObject } from '#apimachinery';
import type { WriteOptions } from '../request/options.js';
import { admissionOptions } from './create.js';
import { ownFields } from './managed-fields.js';
import { ensureNamespace, wipeSystemFields } from './object-meta.js';
import { admissionAttributes, admissionContext, type RestScope, strategyContext } from './scope.js';

/** Whether what is posted is answered and not stored: reviews. */
export function isAnswered({ endpoint }: RestScope): boolean {
  return endpoint.strategy.answer !== undefined;
}

/** Answers a review (pkg/registry/authorization, authentication): admitted like a create, but never stored. Throws StatusError. */
export async function answerReview(scope: RestScope, object: KubeObject, options: WriteOptions): Promise<KubeObject> {
  const { cluster, endpoint } = scope;
  const { strategy } = endpoint;
  if (strategy.answer === undefined) throw new Error(`${endpoint.resource} are stored`);
  wipeSystemFields(object.metadata);
  ensureNamespace(object.metadata, scope.namespace);
  ownFields(scope, object, undefined);
  const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object, options: admissionOptions(options) });
  await cluster.admission.admit(attributes, admissionContext(cluster));
  await cluster.admission.validate(attributes, admissionContext(cluster));
  return strategy.answer(object, strategyContext(scope, options.dryRun));
}
