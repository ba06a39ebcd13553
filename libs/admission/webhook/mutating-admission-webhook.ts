import { jsonSyntaxError } from '#api';
import {
  applyPatchOperations,
  decodeJsonPatch,
  deepEqual,
  goQuote,
  internalError,
  JsonPatchFailure,
  type JsonPatchOperation,
  type KubeObject,
  StatusError,
} from '#apimachinery';
import { type AdmissionAttributes, type AdmissionContext, type AdmissionPlugin, Reinvocation } from '#apiserver';
import { AdmissionRequest } from '../matching/admission-request.js';
import { readChanged } from '../matching/changed-object.js';
import type { Matched } from '../matching/matched.js';
import { isExempt } from '../matching/rules.js';
import { replaceObject, versioned } from '../matching/versioned.js';
import { callHook, failureOf, isIgnored } from './call-hook.js';
import { CallFailure } from './errors.js';
import { type Hook, mutatingHooks } from './hooks.js';
import { type AdmissionResponse, objectText } from './review.js';
import { covered, shouldCall } from './should-call.js';

const NAME = 'MutatingAdmissionWebhook';
const MUTATION = 'mutation.webhook.admission.k8s.io/';

/** The error of a patch in an answer, which is decoded into other types than one in a request. */
const decodingError = (message: string): string =>
  message
    .replace('error decoding patch: ', '')
    .replace('[]handlers.jsonPatchOp', 'jsonpatch.Patch')
    .replace('handlers.jsonPatchOp', 'jsonpatch.Operation');

/** The operations of a patch; none if it is empty. Throws CallFailure. */
function operationsOf(name: string, { patch, patchType }: AdmissionResponse): readonly JsonPatchOperation[] {
  if (patch.length === 0) return [];
  const text = patch.toString('utf8');
  let operations: JsonPatchOperation[];
  try {
    operations = decodeJsonPatch(JSON.parse(text));
  } catch (error) {
    const cause = error instanceof StatusError ? decodingError(error.message) : jsonSyntaxError(text);
    throw new CallFailure(name, `received undecodable patch in webhook response: ${cause}`);
  }
  if (operations.length > 0 && patchType !== 'JSONPatch') throw new CallFailure(name, `unsupported patch type ${goQuote(patchType)}`);
  return operations;
}

function patched(object: KubeObject, operations: readonly JsonPatchOperation[]): KubeObject {
  try {
    return applyPatchOperations(object, operations);
  } catch (error) {
    throw error instanceof JsonPatchFailure ? internalError(error.message) : error;
  }
}

/** Calls one webhook and changes the request's object to what it wants. Returns whether it has changed. */
async function mutate(
  request: AdmissionRequest,
  hook: Hook,
  matched: Matched,
  round: number,
): Promise<{ changed: boolean; operations: readonly JsonPatchOperation[] }> {
  const { attributes, ctx } = request;
  const { object: stored, oldObject } = attributes;
  const { name } = hook.webhook;
  const object = stored && versioned(stored, matched);
  const texts = { object: objectText(object), oldObject: objectText(oldObject && versioned(oldObject, matched)) };
  const response = await callHook(request, { hook, matched, texts, mutating: true, round });
  const operations = operationsOf(name, response);
  if (operations.length === 0) return { changed: false, operations };
  if (object === undefined)
    throw internalError(`admission webhook ${goQuote(name)} attempted to modify the object, which is not supported for this operation`);
  await ctx.work.pause();
  const next = readChanged(patched(object, operations), matched, false);
  await ctx.work.pause();
  const changed = !deepEqual(object, next);
  replaceObject(attributes, next, matched);
  return { changed, operations };
}

async function dispatch(hooks: readonly Hook[], attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  attributes.reinvocation ??= new Reinvocation();
  const { reinvocation } = attributes;
  const own = reinvocation.of(NAME);
  const { isReinvoke } = reinvocation;
  const round = isReinvoke ? 1 : 0;
  const canReinvoke = hooks.some(({ webhook }) => webhook.reinvocationPolicy === 'IfNeeded');
  if (isReinvoke && canReinvoke && own.isOutputChanged(attributes.object)) own.requireReinvoking();
  const request = new AdmissionRequest(attributes, ctx);
  for (const [index, hook] of hooks.entries()) {
    const pending = ctx.work.pause();
    if (pending) await pending;
    const matched = covered(hook, request) && (await shouldCall(hook, request));
    // A webhook is not called for the first time in the second round.
    if (matched === undefined || (isReinvoke && !own.shouldReinvoke(hook.key))) continue;
    const changed = await mutateOrFail(request, { hook, matched, round, index });
    if (changed) {
      own.requireReinvoking();
      reinvocation.shouldReinvoke = true;
    }
    if (hook.webhook.reinvocationPolicy === 'IfNeeded') own.addReinvocable(hook.key);
  }
  if (canReinvoke && !isReinvoke) own.setOutput(attributes.object);
}

async function mutateOrFail(
  request: AdmissionRequest,
  { hook, matched, round, index }: { hook: Hook; matched: Matched; round: number; index: number },
): Promise<boolean> {
  const { attributes } = request;
  const { configuration, webhook } = hook;
  const key = `round_${round}_index_${index}`;
  const noted = (mutated: boolean) =>
    attributes.audit?.annotate(`${MUTATION}${key}`, JSON.stringify({ configuration, webhook: webhook.name, mutated }));
  try {
    const { changed, operations } = await mutate(request, hook, matched, round);
    noted(changed);
    if (operations.length > 0 && attributes.audit?.level === 'Request') {
      const patch = operations.map(({ hasValue, value, ...operation }) => (hasValue ? { ...operation, value } : operation));
      const value = JSON.stringify({ configuration, webhook: webhook.name, patch, patchType: 'JSONPatch' });
      attributes.audit.annotate(`patch.webhook.admission.k8s.io/${key}`, value, 'Request');
    }
    return changed;
  } catch (error) {
    noted(false);
    if (!isIgnored(error, hook)) throw failureOf(error);
    attributes.audit?.annotate(`failed-open.${MUTATION}${key}`, webhook.name);
    return false;
  }
}

/** Lets the webhooks of MutatingWebhookConfigurations change objects (apiserver/pkg/admission/plugin/webhook/mutating). */
export const mutatingAdmissionWebhook: AdmissionPlugin = {
  name: NAME,
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  isIdle: ({ reader }) => mutatingHooks.known(reader)?.length === 0,
  async admit(attributes, ctx) {
    if (isExempt(attributes)) return;
    const hooks = await mutatingHooks.of(ctx.reader);
    if (hooks.length > 0) await dispatch(hooks, attributes, ctx);
  },
};
