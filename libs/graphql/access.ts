/** A question about access; of the attributes either those of a resource or a path. */
export interface AccessQuestion {
  /** Default: whoever asks. */
  user?: string;
  /** Default: the groups that an authenticated user of that name has. */
  groups?: string[];
  verb: string;
  resource?: { group: string; resource: string; subresource: string; namespace: string; name: string };
  path?: string;
}

/** A binding in an explanation. */
interface Binding {
  kind: string;
  name: string;
  namespace?: string;
  role: { kind: string; name: string };
  subject?: object;
}

/** Why a request is allowed or refused. */
export interface AccessExplanation {
  allowed: boolean;
  reason?: string;
  looked: { clusterRoleBindings: number; roleBindings: number; complete: boolean };
  applying: readonly Binding[];
  allowedBy?: { binding: Binding; rule: object };
  nearMisses: ReadonlyArray<{ missing: string; binding: Binding; rule?: object }>;
  suggestion?: { rule: object; role: object; binding: object };
}

/** Who may do what in the cluster. */
export interface GraphAccess {
  /** Throws 403 if the session's user may not read all roles and bindings. */
  explain(question: AccessQuestion): Promise<AccessExplanation>;
}
