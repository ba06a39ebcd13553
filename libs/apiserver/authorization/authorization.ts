import { forbidden, goQuote, type StatusError } from '#apimachinery';
import type { RequestInfo } from '../request/request-info.js';
import type { UserInfo } from '../rest/strategy.js';
import type { AccessRules } from './authorizer.js';

/** What is to be authorized, and for whom (apiserver/pkg/authorization/authorizer Attributes). */
export interface AuthorizationAttributes {
  user: UserInfo;
  verb: string;
  isResource: boolean;
  path: string;
  group: string;
  version: string;
  resource: string;
  subresource: string;
  namespace: string;
  name: string;
  /** Of a list, watch or deletecollection: the selectors as sent. They narrow the request, so an authorizer may ignore them. */
  fieldSelector?: string;
  labelSelector?: string;
}

/** What a user's request asks for. */
export function attributesOf(info: RequestInfo, user: UserInfo): AuthorizationAttributes {
  const { isResource, verb, path, group, version, resource, subresource, namespace, name, fieldSelector, labelSelector } = info;
  return { user, verb, isResource, path, group, version, resource, subresource, namespace, name, fieldSelector, labelSelector };
}

export type Decision = { decision: 'allow' | 'deny' | 'none'; reason?: string };

/** One authorizer of the chain, such as RBAC. */
export interface AuthorizerLink {
  authorize(attributes: AuthorizationAttributes): Promise<Decision> | Decision;
  /** The rules for a user in a namespace, for SelfSubjectRulesReview. */
  rulesFor?(user: UserInfo, namespace: string): Promise<Rules> | Rules;
}

/** An authorizer's rules, as far as they can be listed; `error` says why not. */
export interface Rules extends Pick<AccessRules, 'resourceRules' | 'nonResourceRules'> {
  incomplete?: boolean;
  error?: string;
}

const ALLOW: Decision = Object.freeze({ decision: 'allow' });
const NONE: Decision = Object.freeze({ decision: 'none' });

/** system:masters may do anything (authorizerfactory NewPrivilegedGroups). */
export const privilegedGroup: AuthorizerLink = {
  authorize: ({ user }) => (user.groups.includes('system:masters') ? ALLOW : NONE),
};

/**
 * The first authorizer that allows or denies decides; if none does, the request is denied with the reasons of those that had no opinion.
 * A promise only if an authorizer has to wait.
 */
export function authorize(attributes: AuthorizationAttributes, authorizers: readonly AuthorizerLink[]): Promise<Decision> | Decision {
  return decideFrom(attributes, authorizers, { next: 0, reasons: [] });
}

function decideFrom(
  attributes: AuthorizationAttributes,
  authorizers: readonly AuthorizerLink[],
  so: { next: number; reasons: string[] },
): Promise<Decision> | Decision {
  for (let i = so.next; i < authorizers.length; i++) {
    const decided = authorizers[i]?.authorize(attributes) ?? NONE;
    if (decided instanceof Promise) {
      return decided.then((late) => {
        if (late.decision !== 'none') return late;
        const reasons = late.reason ? [...so.reasons, late.reason] : so.reasons;
        return decideFrom(attributes, authorizers, { next: i + 1, reasons });
      });
    }
    if (decided.decision !== 'none') return decided;
    if (decided.reason) so.reasons.push(decided.reason);
  }
  return { decision: 'deny', reason: so.reasons.join('\n') };
}

/** The text of several errors, as Go's aggregates print it (apimachinery/pkg/util/errors). */
export const textOfErrors = (errors: readonly string[]): string => (errors.length === 1 ? (errors[0] ?? '') : `[${errors.join(', ')}]`);

const escapeHtml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The 403 with upstream's message (endpoints/handlers/responsewriters/errors.go). */
export function forbiddenError(attributes: AuthorizationAttributes, reason = ''): StatusError {
  const { user, verb, isResource, path, group, resource, subresource, namespace, name } = attributes;
  const who = goQuote(user.name);
  const tail = reason === '' ? '' : `: ${reason}`;
  if (!isResource) return forbidden({ group, resource }, name, `${escapeHtml(`User ${who} cannot ${verb} path ${goQuote(path)}`)}${tail}`);
  const what = goQuote(subresource ? `${resource}/${subresource}` : resource);
  const where = namespace ? `in the namespace ${goQuote(namespace)}` : 'at the cluster scope';
  const text = `User ${who} cannot ${verb} resource ${what} in API group ${goQuote(group)} ${where}`;
  return forbidden({ group, resource }, name, `${escapeHtml(text)}${tail}`);
}
