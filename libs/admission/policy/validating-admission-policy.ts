import type { admissionregistrationv1 } from '#api';
import { byteLength, type KubeObject, StatusError, type StatusReason } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin, APIResource } from '#apiserver';
import { LONGEST_ANNOTATION } from '../expressions/limits.js';
import { RequestInputs } from '../expressions/request-inputs.js';
import { AdmissionRequest } from '../matching/admission-request.js';
import { coveredBy, matchConstraints } from '../matching/match-resources.js';
import type { Matched } from '../matching/matched.js';
import { isExempt } from '../matching/rules.js';
import { versioned } from '../matching/versioned.js';
import { rejected } from '../rejection.js';
import { type CompiledValidation, compiledValidation } from './compiled.js';
import { type Bound, boundPolicies, type Definition } from './definitions.js';
import { ConfigurationError, collectParams, paramResource } from './params.js';
import { type Decision, type Validated, validate } from './validator.js';

type Policy = admissionregistrationv1.ValidatingAdmissionPolicy;
type Binding = admissionregistrationv1.ValidatingAdmissionPolicyBinding;

const policies = boundPolicies<Policy, Binding, CompiledValidation>(
  { policies: 'validatingadmissionpolicies', bindings: 'validatingadmissionpolicybindings' },
  compiledValidation,
);

/** The different values of each audit annotation of a policy. */
type Annotations = Map<string, Set<string>>;

/** JSON as Go writes it: with escapes for characters of HTML. */
const goJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** A value within the bytes of an annotation. */
const shortened = (value: string): string =>
  byteLength(value) > LONGEST_ANNOTATION ? Buffer.from(value).subarray(0, LONGEST_ANNOTATION).toString() : value;

/** A refusal, and whose it is. */
interface Denial {
  policy: Policy;
  binding?: Binding;
  message: string;
  reason?: string;
}

const CODES: Readonly<Record<string, number>> = { Forbidden: 403, Unauthorized: 401, RequestEntityTooLarge: 413, Invalid: 422 };

/** The error of a request that a policy denies (policy/validating dispatcher.go): only the first denial is told. */
function denied(attributes: AdmissionAttributes, { policy, binding, message, reason = 'Invalid' }: Denial): StatusError {
  const by = binding ? ` with binding '${binding.metadata.name}'` : '';
  const text = `ValidatingAdmissionPolicy '${policy.metadata.name}'${by} denied request: ${message}`;
  const { status } = rejected(attributes, text, [{ message: text }]);
  return new StatusError({ ...status, code: CODES[reason] ?? 422, reason: reason as StatusReason });
}

/** One request while the policies look at it. */
class Dispatch {
  readonly denials: Denial[] = [];
  readonly request: AdmissionRequest;
  private readonly inputs: RequestInputs;
  private readonly objects = new Map<unknown, KubeObject | undefined>();

  constructor(
    private readonly attributes: AdmissionAttributes,
    private readonly ctx: AdmissionContext,
  ) {
    this.request = new AdmissionRequest(attributes, ctx);
    this.inputs = new RequestInputs(this.request);
  }

  async policy(definition: Definition<Policy, Binding, CompiledValidation>): Promise<void> {
    const { policy, constraints, bindings } = definition;
    const matched = await this.configured({ policy }, () => matchConstraints(constraints, this.request));
    if (!matched) return;
    const { paramKind } = policy.spec;
    const params = paramKind && (await this.configured({ policy }, async () => paramResource(this.ctx.storages, paramKind)));
    if (paramKind && !params) return;
    const annotations: Annotations = new Map();
    for (const bound of bindings) await this.binding(definition, bound, { matched, params, annotations });
    for (const [key, values] of annotations) this.attributes.audit?.annotate(`${policy.metadata.name}/${key}`, [...values].join(', '));
  }

  private async binding(
    definition: Definition<Policy, Binding, CompiledValidation>,
    { binding, constraints }: Bound<Binding>,
    { matched, params: resource, annotations }: { matched: Matched; params: APIResource | undefined; annotations: Annotations },
  ): Promise<void> {
    const { policy } = definition;
    const owner = { policy, binding };
    const matches = constraints === undefined || (await this.configured(owner, () => matchConstraints(constraints, this.request)));
    if (!matches) return;
    const { paramRef } = binding.spec;
    const params = await this.configured(owner, () => collectParams({ resource, paramRef }, this.attributes.namespace, this.ctx));
    for (const param of params ?? []) {
      const validated = await this.evaluate(definition, matched, param);
      validated.decisions.forEach((decision, index) => {
        if (decision.denied) this.act(owner, decision, index);
      });
      this.annotate(owner, validated, annotations);
    }
  }

  /** What a policy's own configuration makes fail denies the request, if failurePolicy says so. */
  private async configured<T>(owner: { policy: Policy; binding?: Binding }, find: () => Promise<T>): Promise<T | undefined> {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof ConfigurationError || error instanceof StatusError)) throw error;
      const what = owner.binding ? 'binding' : 'policy';
      if (owner.policy.spec.failurePolicy !== 'Ignore')
        this.denials.push({ ...owner, message: `failed to configure ${what}: ${error.message}` });
      return undefined;
    }
  }

  private async evaluate(
    { policy: { spec }, expressions }: Definition<Policy, Binding, CompiledValidation>,
    matched: Matched,
    param: KubeObject | undefined,
  ): Promise<Validated> {
    const { costs } = this.request;
    const input = await this.inputs.of(matched, param, this.objectOf(matched));
    return validate({ spec, compiled: await expressions(costs), input, costs, pause: () => this.ctx.work.pause() });
  }

  private objectOf(matched: Matched): KubeObject | undefined {
    const { object } = this.attributes;
    if (!this.objects.has(matched.shape)) this.objects.set(matched.shape, object && versioned(object, matched));
    return this.objects.get(matched.shape);
  }

  private act(owner: { policy: Policy; binding: Binding }, { message, reason }: Decision, expressionIndex: number): void {
    const { policy, binding } = owner;
    const actions = binding.spec.validationActions;
    const [name, by] = [policy.metadata.name, binding.metadata.name];
    for (const action of actions) {
      if (action === 'Deny') this.denials.push({ ...owner, message, ...(reason ? { reason } : {}) });
      if (action === 'Warn')
        this.attributes.warn(`Validation failed for ValidatingAdmissionPolicy '${name}' with binding '${by}': ${message}`);
      if (action === 'Audit') {
        const failure = { message, policy: name, binding: by, expressionIndex, validationActions: actions };
        this.attributes.audit?.annotate('validation.policy.admission.k8s.io/validation_failure', goJson([failure]));
      }
    }
  }

  private annotate(owner: { policy: Policy; binding: Binding }, { annotations }: Validated, collected: Annotations): void {
    for (const annotation of annotations) {
      if ('error' in annotation) this.denials.push({ ...owner, message: annotation.error });
      else collected.set(annotation.key, (collected.get(annotation.key) ?? new Set()).add(shortened(annotation.value)));
    }
  }
}

/** Asks the policies of ValidatingAdmissionPolicies (apiserver/pkg/admission/plugin/policy/validating). */
export const validatingAdmissionPolicy: AdmissionPlugin = {
  name: 'ValidatingAdmissionPolicy',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  isIdle: ({ reader }) => policies.known(reader)?.length === 0,
  async validate(attributes, ctx) {
    if (isExempt(attributes)) return;
    const definitions = await policies.of(ctx.reader);
    if (definitions.length === 0) return;
    const dispatch = new Dispatch(attributes, ctx);
    for (const definition of definitions) {
      const pending = ctx.work.pause();
      if (pending) await pending;
      if (coveredBy(definition.constraints, dispatch.request)) await dispatch.policy(definition);
    }
    const [first] = dispatch.denials;
    if (first) throw denied(attributes, first);
  },
};
