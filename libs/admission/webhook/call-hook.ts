import { StatusError } from '#apimachinery';
import { WebhookCallError, WebhookConfigError, type WebhookReview } from '#apiserver';
import type { AdmissionRequest } from '../matching/admission-request.js';
import type { Matched } from '../matching/matched.js';
import { CallFailure, denied, noDryRun } from './errors.js';
import type { Hook } from './hooks.js';
import { type AdmissionResponse, InvalidResponse, type ObjectTexts, REVIEW_VERSIONS, responseOf, reviewText } from './review.js';

interface Invocation {
  hook: Hook;
  matched: Matched;
  texts: ObjectTexts;
  mutating: boolean;
  /** Draws the review's uid. */
  round: number;
}

const HARMLESS = ['None', 'NoneOnDryRun'];

async function ask(request: AdmissionRequest, invocation: Invocation): Promise<AdmissionResponse> {
  const { hook, matched, texts, mutating, round } = invocation;
  const { name, admissionReviewVersions, clientConfig, timeoutSeconds } = hook.webhook;
  const version = admissionReviewVersions.find((one) => REVIEW_VERSIONS.includes(one));
  if (version === undefined)
    throw new CallFailure(name, 'could not create admission objects: webhook does not accept known AdmissionReview versions (v1, v1beta1)');
  const { webhooks, random } = request.ctx;
  const uid = random.draw('admission-review', `${hook.key} ${round} ${request.attributes.namespace}/${request.attributes.name}`).uuid();
  const body = reviewText(request, matched, { version, uid, texts });
  const apiVersions = REVIEW_VERSIONS.map((one) => `admission.k8s.io/${one}`);
  const call = {
    config: clientConfig,
    body,
    kind: 'AdmissionReview',
    apiVersions,
    ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
  };
  let review: WebhookReview;
  try {
    review = await webhooks.call(call);
  } catch (error) {
    if (error instanceof WebhookConfigError) throw new CallFailure(name, `could not get REST client: ${error.message}`);
    if (error instanceof WebhookCallError) throw new CallFailure(name, `failed to call webhook: ${error.message}`);
    throw error;
  }
  try {
    return responseOf(review, { uid, mutating, version });
  } catch (error) {
    if (error instanceof InvalidResponse) throw new CallFailure(name, `received invalid webhook response: ${error.message}`);
    throw error;
  }
}

/**
 * Asks a webhook. Throws the StatusError of a refusal, and CallFailure if there was no usable answer. Warnings and audit annotations of a
 * refusal count too.
 */
export async function callHook(request: AdmissionRequest, invocation: Invocation): Promise<AdmissionResponse> {
  const { audit, operation } = request.attributes;
  const from = audit?.now() ?? 0;
  const { hook, mutating } = invocation;
  const called = (rejected: boolean) =>
    audit?.webhook(hook.webhook.name, { type: mutating ? 'admit' : 'validate', operation, rejected, milliseconds: audit.now() - from });
  try {
    const response = await answerOf(request, invocation);
    called(false);
    return response;
  } catch (error) {
    called(!isIgnored(error, hook));
    throw error;
  }
}

async function answerOf(request: AdmissionRequest, invocation: Invocation): Promise<AdmissionResponse> {
  const { attributes, ctx } = request;
  const { name, sideEffects } = invocation.hook.webhook;
  if (attributes.dryRun && !HARMLESS.includes(sideEffects)) throw noDryRun(name);
  const response = await ask(request, invocation);
  await ctx.work.pause();
  for (const [key, value] of Object.entries(response.auditAnnotations)) attributes.audit?.annotate(`${name}/${key}`, value);
  for (const text of response.warnings) attributes.warn(text);
  if (!response.allowed) throw denied(name, response.result);
  return response;
}

/** Whether an error is a failed call that the webhook's failurePolicy ignores. */
export const isIgnored = (error: unknown, { webhook }: Hook): boolean => error instanceof CallFailure && webhook.failurePolicy === 'Ignore';

/** What the request fails with. */
export const failureOf = (error: unknown): unknown =>
  error instanceof CallFailure && !(error instanceof StatusError) ? error.error : error;
