import type { rbacv1 } from '#api';
import type { KubeObject } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import type { ApiServer } from '../../api-server.js';
import { listPrefix } from '../../rest/keys.js';
import { attributesOfAccess } from '../access.js';
import type { AuthorizationAttributes } from '../authorization.js';
import type { AccessAttributes } from '../authorizer.js';
import { type Principal, principalOf, RBAC_GROUP, roleKey, rulesOf, subjectOf } from '../rbac.js';
import { type Aspect, type RoleVerdict, verdictOf } from './near-miss.js';
import { type Suggestion, suggestionFor } from './suggestion.js';

/** Bindings of each kind that are looked at. */
const MOST_BINDINGS = 10_000;
/** Bindings of each list of an explanation. */
const MOST_LISTED = 20;
/** Rules and bindings after which other work of the process continues. */
const CHUNK = 250;

type Binding = KubeObject & Pick<rbacv1.RoleBinding, 'roleRef' | 'subjects'>;

/** A binding in an explanation. */
export interface ExplainedBinding {
  kind: 'ClusterRoleBinding' | 'RoleBinding';
  name: string;
  namespace?: string;
  role: { kind: string; name: string };
  /** The subject that is the user. */
  subject?: rbacv1.Subject;
}

/**
 * A binding that nearly allows a request. `missing`: the one part of the request that its nearest rule does not cover, or `subject` (it
 * is bound to others), `namespace` (it is bound in another one), `role` (its role does not exist).
 */
export interface NearMiss {
  missing: Aspect | 'subject' | 'namespace' | 'role';
  binding: ExplainedBinding;
  rule?: rbacv1.PolicyRule;
}

/** Why a request is allowed or refused. */
export interface Explanation {
  allowed: boolean;
  /** What the authorizers say. */
  reason?: string;
  /** How many bindings were looked at; `complete`: that is all of them. */
  looked: { clusterRoleBindings: number; roleBindings: number; complete: boolean };
  /** The bindings that apply to the user where the request is made; the first of them. */
  applying: ExplainedBinding[];
  /** The binding and the rule that allow it; unset if another authorizer than RBAC does. */
  allowedBy?: { binding: ExplainedBinding; rule: rbacv1.PolicyRule };
  /** The nearest of those that do not. */
  nearMisses: NearMiss[];
  /** What would allow it; unset if it is allowed. */
  suggestion?: Suggestion;
}

const NEAREST: readonly NearMiss['missing'][] = ['verb', 'name', 'path', 'namespace', 'subject', 'resource', 'apiGroup', 'role'];

function shown({ kind, metadata, roleRef }: Binding, subject: rbacv1.Subject | undefined): ExplainedBinding {
  const { name, namespace } = metadata;
  return {
    kind: kind as ExplainedBinding['kind'],
    name,
    ...(namespace ? { namespace } : {}),
    role: { kind: roleRef.kind, name: roleRef.name },
    ...(subject ? { subject } : {}),
  };
}

/** One explanation while it is made. */
class Investigation {
  readonly applying: ExplainedBinding[] = [];
  allowedBy: Explanation['allowedBy'];
  private readonly misses = new Map<NearMiss['missing'], NearMiss[]>();
  private readonly verdicts = new Map<string, RoleVerdict | 'missing'>();
  private readonly user: Principal;
  private work = 0;

  constructor(
    private readonly asked: AuthorizationAttributes,
    private readonly store: ClusterStore,
    private readonly pause: () => Promise<void>,
  ) {
    this.user = principalOf(asked.user);
  }

  /** Looks at bindings, the first ones of at most `most`; returns how many. */
  async look(bindings: readonly CachedObject[], most: number): Promise<number> {
    const seen = bindings.slice(0, most);
    for (const { object } of seen) {
      await this.step(1);
      await this.weigh(object as Binding);
    }
    return seen.length;
  }

  get nearMisses(): NearMiss[] {
    return NEAREST.flatMap((missing) => this.misses.get(missing) ?? []).slice(0, MOST_LISTED);
  }

  private async weigh(binding: Binding): Promise<void> {
    const { namespace = '' } = binding.metadata;
    const subject = subjectOf(binding, this.user, namespace);
    const inPlace = namespace === '' || (this.asked.isResource && namespace === this.asked.namespace);
    if (subject && inPlace && this.applying.length < MOST_LISTED) this.applying.push(shown(binding, subject));
    // Of what is neither bound to the user nor in the request's namespace, nothing is near.
    if (!subject && !inPlace) return;
    const verdict = await this.verdict(binding, namespace);
    if (verdict === 'missing') {
      if (subject && inPlace) this.miss({ missing: 'role', binding: shown(binding, subject) });
      return;
    }
    const { allows, near } = verdict;
    if (allows && subject && inPlace) this.allowedBy ??= { binding: shown(binding, subject), rule: allows };
    else if (allows) this.miss({ missing: subject ? 'namespace' : 'subject', binding: shown(binding, subject), rule: allows });
    else if (near && subject && inPlace) this.miss({ missing: near.missing, binding: shown(binding, subject), rule: near.rule });
  }

  private miss(miss: NearMiss): void {
    const known = this.misses.get(miss.missing) ?? [];
    this.misses.set(miss.missing, known);
    if (known.length < MOST_LISTED) known.push(miss);
  }

  /** The verdict about a binding's role, which is found out once. */
  private async verdict({ roleRef }: Binding, namespace: string): Promise<RoleVerdict | 'missing'> {
    const key = roleKey(roleRef, namespace);
    const known = this.verdicts.get(key);
    if (known) return known;
    const role = this.store.peek(key) ?? (await this.store.get(key));
    const rules = role && rulesOf(role);
    if (rules) await this.step(rules.length);
    const found = rules ? verdictOf(rules, this.asked) : 'missing';
    this.verdicts.set(key, found);
    return found;
  }

  private async step(size: number): Promise<void> {
    this.work += size;
    if (this.work < CHUNK) return;
    this.work = 0;
    await this.pause();
  }
}

/** Explains why a request is allowed or refused: the bindings that apply, the ones that nearly do, and what would allow it. */
export async function explainAccess({ cluster }: ApiServer, access: AccessAttributes): Promise<Explanation> {
  const { store, share } = cluster;
  const asked = attributesOfAccess(access);
  const investigation = new Investigation(asked, store, () => share.task(store.cluster).turn());
  const listed = async (resource: string) => (await store.list({ prefix: listPrefix(RBAC_GROUP, resource, ''), notOlderThan: 0 })).items;
  const [wide, narrow] = [await listed('clusterrolebindings'), await listed('rolebindings')];
  const clusterRoleBindings = await investigation.look(wide, MOST_BINDINGS);
  const roleBindings = await investigation.look(narrow, MOST_BINDINGS);
  const { allowed, reason } = await cluster.access.authorize(access);
  const { applying, allowedBy, nearMisses } = investigation;
  return {
    allowed,
    ...(reason ? { reason } : {}),
    looked: { clusterRoleBindings, roleBindings, complete: clusterRoleBindings + roleBindings === wide.length + narrow.length },
    applying,
    ...(allowedBy ? { allowedBy } : {}),
    nearMisses: allowed ? [] : nearMisses,
    ...(allowed ? {} : { suggestion: suggestionFor(asked) }),
  };
}
