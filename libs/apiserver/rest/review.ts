import type { KubeObject } from '#apimachinery';
import { Stage } from '../audit/audit-event.js';
import { ownFields } from './managed-fields.js';
import { ensureNamespace, wipeSystemFields } from './object-meta.js';
import { admissionAttributes, admissionContext, admissionOptions, strategyContext } from './scope.js';
import type { Capabilities } from './storage.js';
import type { StrategyContext } from './strategy.js';

type Answer = (object: KubeObject, ctx: StrategyContext) => Promise<KubeObject>;

/** A review (pkg/registry/authorization, authentication): admitted like a create, answered by its strategy and not stored. */
export function reviewStorage(answer: Answer): Capabilities {
  return {
    async create(scope, object, options) {
      const { cluster } = scope;
      wipeSystemFields(object.metadata);
      ensureNamespace(object.metadata, scope.namespace);
      ownFields(scope, object, undefined);
      const attributes = admissionAttributes(scope, 'CREATE', options.dryRun, { object, options: admissionOptions(options) });
      scope.audit?.mark(Stage.request);
      await cluster.admission.admit(attributes, admissionContext(scope));
      scope.audit?.mark(Stage.mutating);
      await cluster.admission.validate(attributes, admissionContext(scope));
      scope.audit?.mark(Stage.validating);
      return { answer: await answer(object, strategyContext(scope, options.dryRun)) };
    },
  };
}
