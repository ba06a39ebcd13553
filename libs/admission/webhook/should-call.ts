import { forbidden } from '#apimachinery';
import { evaluateConditions } from '../expressions/conditions.js';
import { Evaluation } from '../expressions/evaluation.js';
import { RequestInputs } from '../expressions/request-inputs.js';
import type { AdmissionRequest } from '../matching/admission-request.js';
import type { Matched } from '../matching/matched.js';
import { ruleMatches } from '../matching/rules.js';
import { versioned } from '../matching/versioned.js';
import type { Hook, Webhook } from './hooks.js';

/** The version in which a rule covers the request: its own, or with matchPolicy Equivalent another one, for the first rule that has one. */
function matchedBy({ rules = [], matchPolicy }: Webhook, request: AdmissionRequest): Matched | undefined {
  const { attributes, own } = request;
  if (rules.some((rule) => ruleMatches(rule, attributes, attributes.requested))) return own;
  if (matchPolicy === 'Exact') return undefined;
  for (const rule of rules) {
    const found = request.equivalents.find(({ resource }) => ruleMatches(rule, attributes, resource));
    if (found) return found;
  }
  return undefined;
}

/** The version in which a webhook's rules cover the request, wherever it is. */
export function covered({ webhook, objectSelector }: Hook, request: AdmissionRequest): Matched | undefined {
  const matched = matchedBy(webhook, request);
  return matched && request.objectMatches(objectSelector) ? matched : undefined;
}

/** Whether the webhook's conditions hold. Throws 403 if that cannot be said. */
async function conditionsHold({ webhook, conditions }: Hook, request: AdmissionRequest, matched: Matched): Promise<boolean> {
  if (!conditions) return true;
  const { attributes } = request;
  const input = await new RequestInputs(request).of(matched, undefined, attributes.object && versioned(attributes.object, matched));
  const evaluation = new Evaluation([], { ...input, namespaceObject: null }, request.costs);
  const held = await evaluateConditions(await conditions(request.costs), evaluation, webhook.failurePolicy === 'Ignore');
  if (held.error === undefined) return held.matches;
  const { group, resource } = attributes.requested;
  throw forbidden({ group, resource }, attributes.name, held.error);
}

/**
 * The version in which a webhook is to be called; undefined if it is not (webhook/generic ShouldCallHook). Throws StatusError if that cannot
 * be said.
 */
export async function shouldCall(hook: Hook, request: AdmissionRequest): Promise<Matched | undefined> {
  const matched = covered(hook, request);
  if (matched === undefined || !(await request.namespaceMatches(hook.namespaceSelector))) return undefined;
  return (await conditionsHold(hook, request, matched)) ? matched : undefined;
}
