import type { admissionregistrationv1 } from '#api';
import { deepEqual, type KubeObject, StatusError } from '#apimachinery';
import { type AdmissionAttributes, type AdmissionContext, type AdmissionPlugin, type APIResource, Reinvocation } from '#apiserver';
import { evaluateConditions } from '../expressions/conditions.js';
import { Evaluation, OutOfBudget } from '../expressions/evaluation.js';
import type { Compiled } from '../expressions/kept-expressions.js';
import { RequestInputs } from '../expressions/request-inputs.js';
import { AdmissionRequest } from '../matching/admission-request.js';
import { coveredBy, matchConstraints } from '../matching/match-resources.js';
import type { Matched } from '../matching/matched.js';
import { isExempt } from '../matching/rules.js';
import { replaceObject, versioned } from '../matching/versioned.js';
import { rejected } from '../rejection.js';
import { type CompiledMutation, compiledMutation } from './compiled.js';
import { type Bound, boundPolicies, type Definition } from './definitions.js';
import { MutationFailure, mutated } from './mutator.js';
import { ConfigurationError, collectParams, paramResource } from './params.js';

const NAME = 'MutatingAdmissionPolicy';

type Policy = admissionregistrationv1.MutatingAdmissionPolicy;
type Binding = admissionregistrationv1.MutatingAdmissionPolicyBinding;

const policies = boundPolicies<Policy, Binding, CompiledMutation>(
  { policies: 'mutatingadmissionpolicies', bindings: 'mutatingadmissionpolicybindings' },
  compiledMutation,
);

interface Owner {
  policy: Policy;
  binding?: Binding;
}

/** A policy that is to be evaluated for a binding with a parameter. */
interface Invocation extends Owner {
  binding: Binding;
  matched: Matched;
  param: KubeObject | undefined;
  expressions: Compiled<CompiledMutation>;
}

/** One request while the policies change it (policy/generic policy_dispatcher.go, policy/mutating dispatcher.go). */
class Dispatch {
  /** What failed, with the reason of the error where it has one. */
  readonly failures: Array<{ text: string; reason?: 'Invalid' }> = [];
  readonly request: AdmissionRequest;
  private readonly inputs: RequestInputs;

  constructor(
    private readonly attributes: AdmissionAttributes,
    private readonly ctx: AdmissionContext,
    private readonly reinvocation: Reinvocation,
  ) {
    this.request = new AdmissionRequest(attributes, ctx);
    this.inputs = new RequestInputs(this.request);
  }

  /** The policies that apply, before any of them has changed the object. */
  async invocations({ policy, constraints, bindings, expressions }: Definition<Policy, Binding, CompiledMutation>): Promise<Invocation[]> {
    const matched = await this.configured({ policy }, () => matchConstraints(constraints, this.request));
    if (!matched) return [];
    const { paramKind } = policy.spec;
    const resource = paramKind && (await this.configured({ policy }, async () => paramResource(this.ctx.storages, paramKind)));
    if (paramKind && !resource) return [];
    const found: Invocation[] = [];
    for (const bound of bindings) {
      const { binding } = bound;
      for (const param of (await this.params(policy, bound, resource)) ?? []) found.push({ policy, binding, matched, param, expressions });
    }
    return found;
  }

  private async params(policy: Policy, { binding, constraints }: Bound<Binding>, resource: APIResource | undefined) {
    const owner = { policy, binding };
    const matches = constraints === undefined || (await this.configured(owner, () => matchConstraints(constraints, this.request)));
    if (!matches) return undefined;
    const { paramRef } = binding.spec;
    return this.configured(owner, () => collectParams({ resource, paramRef }, this.attributes.namespace, this.ctx));
  }

  private async configured<T>(owner: Owner, find: () => Promise<T>): Promise<T | undefined> {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof ConfigurationError || error instanceof StatusError)) throw error;
      this.fail(owner, `failed to configure ${owner.binding ? 'binding' : 'policy'}: ${error.message}`);
      return undefined;
    }
  }

  private fail({ policy, binding }: Owner, why: string, reason?: 'Invalid'): void {
    if (policy.spec.failurePolicy === 'Ignore') return;
    const { name } = policy.metadata;
    const by = binding ? `policy '${name}' with binding '${binding.metadata.name}'` : `policy ${JSON.stringify(name)}`;
    this.failures.push({ text: `${by} denied request: ${why}`, ...(reason ? { reason } : {}) });
  }

  /** Lets the policies that apply change the object, each after the other. */
  async run(invocations: readonly Invocation[]): Promise<void> {
    const { reinvocation, attributes } = this;
    const own = reinvocation.of(NAME);
    if (reinvocation.isReinvoke && own.isOutputChanged(attributes.object)) own.requireReinvoking();
    let touched = false;
    for (const invocation of invocations) touched = (await this.invoke(invocation)) || touched;
    if (touched) {
      own.requireReinvoking();
      reinvocation.shouldReinvoke = true;
    }
    own.setOutput(attributes.object);
  }

  /** Returns whether a mutation was made, even if it has changed nothing. */
  private async invoke(invocation: Invocation): Promise<boolean> {
    const { policy, binding, matched, param } = invocation;
    const { isReinvoke } = this.reinvocation;
    const own = this.reinvocation.of(NAME);
    const stored = this.attributes.object;
    const before = stored && versioned(stored, matched);
    if (!(await this.conditionsHold(invocation, before))) return false;
    const key = [policy.metadata.name, binding.metadata.name, param?.metadata.namespace, param?.metadata.name].join('/');
    if (isReinvoke && !own.shouldReinvoke(key)) return false;
    const after = before && (await this.mutateAll(invocation, before));
    if (after && after !== before && !deepEqual(before, after)) {
      replaceObject(this.attributes, after, matched);
      own.requireReinvoking();
      this.reinvocation.shouldReinvoke = true;
    }
    if (policy.spec.reinvocationPolicy === 'IfNeeded') own.addReinvocable(key);
    return after !== before;
  }

  private async evaluation({ expressions, matched, param }: Invocation, object: KubeObject | undefined): Promise<Evaluation> {
    const { variables } = await expressions(this.request.costs);
    return new Evaluation(variables, await this.inputs.of(matched, param, object), this.request.costs);
  }

  private async conditionsHold(invocation: Invocation, object: KubeObject | undefined): Promise<boolean> {
    const { spec } = invocation.policy;
    const { conditions } = await invocation.expressions(this.request.costs);
    if (conditions.length === 0) return true;
    const held = await evaluateConditions(conditions, await this.evaluation(invocation, object), spec.failurePolicy === 'Ignore');
    if (held.error === undefined) return held.matches;
    this.fail(invocation, held.error, 'Invalid');
    return false;
  }

  private async mutateAll(invocation: Invocation, before: KubeObject): Promise<KubeObject> {
    const { policy, matched } = invocation;
    const { mutations } = await invocation.expressions(this.request.costs);
    let object = before;
    for (const [index, expression] of mutations.entries()) {
      const patchType = policy.spec.mutations?.[index]?.patchType ?? '';
      try {
        object = await mutated(object, { expression, patchType, matched }, await this.evaluation(invocation, object));
      } catch (error) {
        if (!(error instanceof MutationFailure || error instanceof OutOfBudget)) throw error;
        this.fail(invocation, error.message, 'Invalid');
      }
      await this.ctx.work.pause();
    }
    return object;
  }
}

/** The error of a request for which policies failed: the first failure is its message, all are its causes. */
function denied(attributes: AdmissionAttributes, failures: Dispatch['failures']): StatusError {
  const [first] = failures;
  const causes = failures.map(({ text }) => ({ message: text }));
  const { status } = rejected(attributes, '', causes);
  return new StatusError({ ...status, message: first?.text ?? '', reason: first?.reason ?? 'Forbidden' });
}

/** Lets the policies of MutatingAdmissionPolicies change objects (apiserver/pkg/admission/plugin/policy/mutating). */
export const mutatingAdmissionPolicy: AdmissionPlugin = {
  name: NAME,
  operations: ['CREATE', 'UPDATE', 'CONNECT'],
  isIdle: ({ reader }) => policies.known(reader)?.length === 0,
  async admit(attributes, ctx) {
    if (isExempt(attributes)) return;
    const definitions = await policies.of(ctx.reader);
    if (definitions.length === 0) return;
    attributes.reinvocation ??= new Reinvocation();
    const dispatch = new Dispatch(attributes, ctx, attributes.reinvocation);
    const invocations: Invocation[] = [];
    for (const definition of definitions) {
      const pending = ctx.work.pause();
      if (pending) await pending;
      if (!coveredBy(definition.constraints, dispatch.request)) continue;
      for (const one of await dispatch.invocations(definition)) invocations.push(one);
    }
    if (invocations.length > 0) await dispatch.run(invocations);
    if (dispatch.failures.length > 0) throw denied(attributes, dispatch.failures);
  },
};
