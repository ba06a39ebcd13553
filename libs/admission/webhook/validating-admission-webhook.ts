import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { AdmissionRequest } from '../matching/admission-request.js';
import type { Matched } from '../matching/matched.js';
import { isExempt } from '../matching/rules.js';
import { versioned } from '../matching/versioned.js';
import { callHook, failureOf, isIgnored } from './call-hook.js';
import { type Hook, validatingHooks } from './hooks.js';
import { CALLS_AT_ONCE } from './limits.js';
import { type ObjectTexts, objectText } from './review.js';
import { covered, shouldCall } from './should-call.js';

interface Relevant {
  hook: Hook;
  matched: Matched;
  index: number;
}

/** The texts of the objects, once for each version that a webhook sees. */
function sharedTexts({ attributes: { object, oldObject } }: AdmissionRequest): (matched: Matched) => ObjectTexts {
  const known = new Map<unknown, ObjectTexts>();
  return (matched) => {
    const found = known.get(matched.shape);
    if (found) return found;
    const texts = {
      object: objectText(object && versioned(object, matched)),
      oldObject: objectText(oldObject && versioned(oldObject, matched)),
    };
    known.set(matched.shape, texts);
    return texts;
  };
}

/** Asks all webhooks, several at once; the refusal of the first of them counts. */
async function askAll(relevant: readonly Relevant[], request: AdmissionRequest): Promise<void> {
  const textsOf = sharedTexts(request);
  const failures: Array<{ error: unknown } | undefined> = [];
  const waiting = [...relevant];
  const ask = async ({ hook, matched, index }: Relevant): Promise<void> => {
    try {
      await callHook(request, { hook, matched, texts: textsOf(matched), mutating: false, round: 0 });
    } catch (error) {
      if (isIgnored(error, hook)) {
        request.attributes.audit?.annotate(`failed-open.validating.webhook.admission.k8s.io/round_0_index_${index}`, hook.webhook.name);
        return;
      }
      failures[index] = { error: failureOf(error) };
    }
  };
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await ask(next);
  };
  await Promise.all(Array.from({ length: Math.min(CALLS_AT_ONCE, relevant.length) }, work));
  const first = failures.find((failure) => failure !== undefined);
  if (first) throw first.error;
}

async function dispatch(hooks: readonly Hook[], attributes: AdmissionAttributes, ctx: AdmissionContext): Promise<void> {
  const request = new AdmissionRequest(attributes, ctx);
  const relevant: Relevant[] = [];
  for (const hook of hooks) {
    const pending = ctx.work.pause();
    if (pending) await pending;
    const matched = covered(hook, request) && (await shouldCall(hook, request));
    if (matched) relevant.push({ hook, matched, index: relevant.length });
  }
  if (relevant.length > 0) await askAll(relevant, request);
}

/** Asks the webhooks of ValidatingWebhookConfigurations (apiserver/pkg/admission/plugin/webhook/validating). */
export const validatingAdmissionWebhook: AdmissionPlugin = {
  name: 'ValidatingAdmissionWebhook',
  operations: ['CREATE', 'UPDATE', 'DELETE', 'CONNECT'],
  isIdle: ({ reader }) => validatingHooks.known(reader)?.length === 0,
  async validate(attributes, ctx) {
    if (isExempt(attributes)) return;
    const hooks = await validatingHooks.of(ctx.reader);
    if (hooks.length > 0) await dispatch(hooks, attributes, ctx);
  },
};
