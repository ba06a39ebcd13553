import { CustomResourceDefinition, type GroupVersionKind, scheme, ValidatingAdmissionPolicy } from '#api';
import { defineController, type Informers } from '#controller-runtime';
import { builtInType, customType } from './kind-type.js';
import { type KnownKinds, typeWarnings } from './type-check.js';

/** The manager of the fields that it applies (pkg/controller/validatingadmissionpolicystatus ControllerName). */
const MANAGER = 'validatingadmissionpolicy-status';

/** The built-in kinds, and those of the cluster's definitions. */
function knownKinds(informers: Informers): KnownKinds {
  const definitions = informers.of(CustomResourceDefinition).list();
  return {
    kindOf(group, version, resource): GroupVersionKind | undefined {
      const kind =
        scheme.resourceFor(group, version, resource)?.kind ??
        definitions.find(
          ({ spec }) => spec?.group === group && spec.names.plural === resource && spec.versions.some((one) => one.name === version),
        )?.spec?.names.kind;
      return kind === undefined ? undefined : { group, version, kind };
    },
    typeOf(gvk) {
      const builtIn = builtInType(gvk);
      if (builtIn) return builtIn;
      const definition = definitions.find(({ spec }) => spec?.group === gvk.group && spec.names.kind === gvk.kind);
      const version = definition?.spec?.versions.find(({ name }) => name === gvk.version);
      return version && customType(gvk.kind, version);
    },
  };
}

/** Type checks the expressions of ValidatingAdmissionPolicies and writes what it finds into their status. */
export const admissionPolicyStatus = defineController({
  name: 'validatingadmissionpolicy-status-controller',
  queue: 'validatingadmissionpolicy-status',
  for: ValidatingAdmissionPolicy,
  filter: ({ object: { metadata, status }, deleted }) => !deleted && (metadata.generation ?? 0) > (status?.observedGeneration ?? 0),
  reads: [CustomResourceDefinition],
  async reconcile(policy, { client, informers }) {
    const { name, generation = 0 } = policy.metadata;
    if (generation <= (policy.status?.observedGeneration ?? 0)) return;
    const warnings = typeWarnings(policy, knownKinds(informers));
    const { apiVersion, kind } = policy;
    const typeChecking = warnings.length > 0 ? { expressionWarnings: warnings } : {};
    const applied = { apiVersion, kind, metadata: { name }, status: { observedGeneration: generation, typeChecking } };
    await client.patch(ValidatingAdmissionPolicy, name, undefined, 'apply', applied, {
      subresource: 'status',
      fieldManager: MANAGER,
      force: true,
    });
  },
});
