import type { AdmissionRequest } from '../matching/admission-request.js';
import type { Matched } from '../matching/matched.js';
import { ruleMatches } from '../matching/rules.js';
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

/**
 * The version in which a webhook is to be called; undefined if it is not (webhook/generic ShouldCallHook). Throws StatusError if that cannot
 * be said.
 */
export async function shouldCall(
  { webhook, namespaceSelector, objectSelector }: Hook,
  request: AdmissionRequest,
): Promise<Matched | undefined> {
  const matched = matchedBy(webhook, request);
  if (matched === undefined || !request.objectMatches(objectSelector)) return undefined;
  return (await request.namespaceMatches(namespaceSelector)) ? matched : undefined;
}
