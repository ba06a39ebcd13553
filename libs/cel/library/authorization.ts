import { fn, type Implementation, type Library, member } from '../check/functions.js';
import { AUTHORIZER, BOOL, DECISION, GROUP_CHECK, PATH_CHECK, RESOURCE_CHECK, STRING } from '../check/types.js';
import { Cancelled } from '../run/context.js';
import { HostValue } from '../run/values.js';

/** Authorization checks (apiserver/pkg/cel/library/authz.go). */

/** What an expression asks about. */
export interface AuthorizationAttributes {
  readonly verb: string;
  /** Set for a check of authorizer.serviceAccount(namespace, name): the user is that service account. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  /** Set for a check of a path; the rest is then not. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

/** The answer of an authorizer. */
export interface AuthorizationDecision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** Asks the authorizer. An evaluation waits for a promise. */
export type AuthorizationCheck = (attributes: AuthorizationAttributes) => AuthorizationDecision | Promise<AuthorizationDecision>;

type Attributes = Omit<AuthorizationAttributes, 'verb'>;

/** The port with the answers so far. */
class Authority {
  private readonly known = new Map<string, AuthorizationDecision>();

  constructor(private readonly check: AuthorizationCheck) {}

  decide(attributes: AuthorizationAttributes): AuthorizationDecision {
    const key = JSON.stringify(attributes);
    const known = this.known.get(key);
    if (known) return known;
    const answer = this.check(attributes);
    if (answer instanceof Promise) {
      const remembered = answer.then((decision) => this.known.set(key, decision));
      throw new Cancelled('waiting for an authorization check', remembered);
    }
    this.known.set(key, answer);
    return answer;
  }
}

class Check extends HostValue {
  constructor(
    readonly type: typeof AUTHORIZER,
    readonly authority: Authority,
    readonly attributes: Attributes,
  ) {
    super();
  }

  override toString(): string {
    return this.type.name;
  }
}

class Decision extends HostValue {
  readonly type = DECISION;

  constructor(readonly answer: AuthorizationDecision) {
    super();
  }

  override toString(): string {
    return this.type.name;
  }
}

/** The value of a variable of type AUTHORIZER. */
export function authorizer(check: AuthorizationCheck): unknown {
  return new Check(AUTHORIZER, new Authority(check), {});
}

/** The value of the variable `authorizer.requestResource`: a check of the resource of the request. Give it the value of `authorizer`. */
export function requestResource(root: unknown, attributes: Omit<AuthorizationAttributes, 'verb'>): unknown {
  return new Check(RESOURCE_CHECK, (root as Check).authority, attributes);
}

/** A builder: the check with one attribute more. */
const withAttribute =
  (type: typeof AUTHORIZER, attribute: keyof Attributes): Implementation =>
  ([check, value]) => {
    const { authority, attributes } = check as Check;
    return new Check(type, authority, { ...attributes, [attribute]: value });
  };

const serviceAccount: Implementation = ([check, namespace, name]) => {
  const account = { namespace: namespace as string, name: name as string };
  return new Check(AUTHORIZER, (check as Check).authority, { serviceAccount: account });
};

const check: Implementation = ([value, verb]) => {
  const { authority, attributes } = value as Check;
  return new Decision(authority.decide({ ...attributes, verb: verb as string }));
};

const of =
  (read: (answer: AuthorizationDecision) => unknown): Implementation =>
  ([decision]) =>
    read((decision as Decision).answer);
const two = [RESOURCE_CHECK, STRING] as const;

export const authorization: Library = [
  fn('path', member('authorizer_path', [AUTHORIZER, STRING], PATH_CHECK, withAttribute(PATH_CHECK, 'path'))),
  fn('group', member('authorizer_group', [AUTHORIZER, STRING], GROUP_CHECK, withAttribute(GROUP_CHECK, 'group'))),
  fn('serviceAccount', member('authorizer_serviceaccount', [AUTHORIZER, STRING, STRING], AUTHORIZER, serviceAccount)),
  fn('resource', member('groupcheck_resource', [GROUP_CHECK, STRING], RESOURCE_CHECK, withAttribute(RESOURCE_CHECK, 'resource'))),
  fn('subresource', member('resourcecheck_subresource', two, RESOURCE_CHECK, withAttribute(RESOURCE_CHECK, 'subresource'))),
  fn('namespace', member('resourcecheck_namespace', two, RESOURCE_CHECK, withAttribute(RESOURCE_CHECK, 'namespace'))),
  fn('name', member('resourcecheck_name', two, RESOURCE_CHECK, withAttribute(RESOURCE_CHECK, 'name'))),
  fn('fieldSelector', member('authorizer_fieldselector', two, RESOURCE_CHECK, withAttribute(RESOURCE_CHECK, 'fieldSelector'))),
  fn('labelSelector', member('authorizer_labelselector', two, RESOURCE_CHECK, withAttribute(RESOURCE_CHECK, 'labelSelector'))),
  fn('check', member('pathcheck_check', [PATH_CHECK, STRING], DECISION, check), member('resourcecheck_check', two, DECISION, check)),
  fn(
    'errored',
    member(
      'decision_errored',
      [DECISION],
      BOOL,
      of(({ error }) => error !== undefined),
    ),
  ),
  fn(
    'error',
    member(
      'decision_error',
      [DECISION],
      STRING,
      of(({ error }) => error ?? ''),
    ),
  ),
  fn(
    'allowed',
    member(
      'decision_allowed',
      [DECISION],
      BOOL,
      of(({ allowed }) => allowed),
    ),
  ),
  fn(
    'reason',
    member(
      'decision_reason',
      [DECISION],
      STRING,
      of(({ reason }) => reason),
    ),
  ),
];
