import type { UserInfo } from '../rest/strategy.js';

/** The attributes of an access check (apiserver/pkg/authorization/authorizer Attributes). */
export interface AccessAttributes {
  user: UserInfo;
  verb: string;
  /** For a resource request: `namespace` is '' for all namespaces, `name` is '' for no particular object. */
  resource?: {
    group: string;
    version: string;
    resource: string;
    subresource: string;
    namespace: string;
    name: string;
    fieldSelector?: string;
    labelSelector?: string;
  };
  /** For a non-resource request. */
  path?: string;
}

/** The answer. `denied`: an authorizer denied explicitly, and later ones must not be asked. */
export interface AccessDecision {
  allowed: boolean;
  denied?: boolean;
  /** E.g. `RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`. */
  reason?: string;
  evaluationError?: string;
}

/** The rules for a user in a namespace, as far as the authorizers can list them. */
export interface AccessRules {
  resourceRules: Array<{ verbs: string[]; apiGroups?: string[]; resources?: string[]; resourceNames?: string[] }>;
  nonResourceRules: Array<{ verbs: string[]; nonResourceURLs?: string[] }>;
  incomplete: boolean;
  evaluationError?: string;
}

/** The user of an authenticated token; undefined for an unknown token. */
export interface TokenOwner {
  user: UserInfo;
  audiences?: string[];
}

/** Authorizes requests, for the pipeline itself and for the resources that review access. */
export interface Authorizer {
  authorize(attributes: AccessAttributes): Promise<AccessDecision> | AccessDecision;
  rulesFor(user: UserInfo, namespace: string): Promise<AccessRules> | AccessRules;
  /** Authenticates a token, for TokenReview. Throws or returns undefined for an invalid one. */
  authenticate?(token: string, audiences: readonly string[]): Promise<TokenOwner | undefined>;
}
