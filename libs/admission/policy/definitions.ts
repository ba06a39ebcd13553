import type { admissionregistrationv1 } from '#api';
import { listPrefix } from '#apiserver';
import { type Compiled, KeptExpressions } from '../expressions/kept-expressions.js';
import { type Constraints, constraintsOf } from '../matching/match-resources.js';
import { type Remembered, remembered } from '../matching/remembered.js';

const GROUP = 'admissionregistration.k8s.io';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy | admissionregistrationv1.MutatingAdmissionPolicy;
type Binding = admissionregistrationv1.ValidatingAdmissionPolicyBinding | admissionregistrationv1.MutatingAdmissionPolicyBinding;

/** A binding, read once. */
export interface Bound<B extends Binding> {
  binding: B;
  /** Unset: it does not narrow its policy. */
  constraints?: Constraints;
}

/** A policy with its bindings. A policy without bindings does nothing. */
export interface Definition<P extends Policy, B extends Binding, C> {
  policy: P;
  expressions: Compiled<C>;
  constraints: Constraints;
  bindings: readonly Bound<B>[];
}

/** The policies that are bound, in the order of their names, each with its bindings in theirs (policy/generic policy_source.go). */
function definitionsOf<P extends Policy, B extends Binding, C>(
  policies: readonly P[],
  bindings: readonly B[],
  compile: Compile<P, C>,
): Definition<P, B, C>[] {
  const kept = new KeptExpressions();
  const byPolicy = new Map<string, Bound<B>[]>();
  for (const binding of [...bindings].sort(byName)) {
    const { policyName, matchResources } = binding.spec ?? {};
    const bound = { binding, ...(matchResources ? { constraints: constraintsOf(matchResources) } : {}) };
    const list = byPolicy.get(policyName ?? '');
    if (list) list.push(bound);
    else byPolicy.set(policyName ?? '', [bound]);
  }
  return [...policies].sort(byName).flatMap((policy) => {
    const bound = byPolicy.get(policy.metadata.name);
    const { matchConstraints } = policy.spec ?? {};
    return bound && matchConstraints
      ? [{ policy, constraints: constraintsOf(matchConstraints), bindings: bound, expressions: compile(policy.spec, kept) }]
      : [];
  });
}

const byName = (a: Policy | Binding, b: Policy | Binding): number => (a.metadata.name < b.metadata.name ? -1 : 1);

/** Compiles the expressions of a policy when they are needed. */
type Compile<P extends Policy, C> = (spec: P['spec'], kept: KeptExpressions) => Compiled<C>;

/** The policies of a cluster that are bound. */
export function boundPolicies<P extends Policy, B extends Binding, C>(
  resources: { policies: string; bindings: string },
  compile: Compile<P, C>,
): Remembered<ReadonlyArray<Definition<P, B, C>>> {
  const { policies, bindings } = resources;
  return remembered([listPrefix(GROUP, policies, ''), listPrefix(GROUP, bindings, '')], async (reader) => {
    const bound = await reader.list<B>(GROUP, bindings);
    return bound.length === 0 ? [] : definitionsOf(await reader.list<P>(GROUP, policies), bound, compile);
  });
}
