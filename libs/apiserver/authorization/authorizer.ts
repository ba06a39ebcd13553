import type { UserInfo } from '../rest/strategy.js';

/** One question of access (apiserver/pkg/authorization/authorizer Attributes). */
export interface AccessAttributes {
  user: UserInfo;
  verb: string;
  /** Of a resource: `namespace` is '' for all of them, `name` for none in particular. */
  resource?: { group: string; version: string; resource: string; subresource: string; namespace: string; name: string };
  /** Of any other path. */
  path?: string;
}

/** The answer. `denied` says that no other authorizer is to be asked. */
export interface AccessDecision {
  allowed: boolean;
  denied?: boolean;
  /** E.g. `RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`. */
  reason?: string;
  evaluationError?: string;
}

/** All that a user may do in a namespace, as far as the authorizer can list it. */
export interface AccessRules {
  resourceRules: Array<{ verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }>;
  nonResourceRules: Array<{ verbs: string[]; nonResourceURLs?: string[] }>;
  incomplete: boolean;
  evaluationError?: string;
}

/** Who an authenticated token belongs to; undefined when it is nobody's. */
export interface TokenOwner {
  user: UserInfo;
  audiences?: string[];
}

/** Decides who may do what, for the pipeline itself and for the resources that review access. */
export interface Authorizer {
  authorize(attributes: AccessAttributes): Promise<AccessDecision> | AccessDecision;
  rulesFor(user: UserInfo, namespace: string): Promise<AccessRules> | AccessRules;
  /** Authenticates a token, for TokenReview. Throws or answers undefined for a bad one. */
  authenticate?(token: string, audiences: readonly string[]): Promise<TokenOwner | undefined>;
}
