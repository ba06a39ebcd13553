import { type GraphQLFieldConfig, GraphQLInt, type GraphQLInterfaceType, GraphQLObjectType, GraphQLString } from 'graphql';
import { type authenticationv1, ClusterRole, ClusterRoleBinding, Role, RoleBinding, type rbacv1, SelfSubjectReview } from '#api';
import type { KubeObject } from '#apimachinery';
import { checkCount, checkLimit } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { costs, page } from '../cost/points.js';
import { limits } from '../limits.js';
import { listOf, nullableListOf, required } from '../output-types.js';
import { checkNames, withoutNulls } from '../queries.js';
import { bySubject, groupsOf, subjectsOf, userOf } from '../relations/roles.js';

type Binding = rbacv1.RoleBinding | rbacv1.ClusterRoleBinding;
type Field = GraphQLFieldConfig<unknown, GraphContext>;

/** One rule that applies to a subject, and by what it does. */
interface Permission {
  rule: rbacv1.PolicyRule;
  /** Unset: in the whole cluster. */
  namespace?: string;
  /** As whom the binding names it: `ServiceAccount shop/clerk`. */
  subject: string;
  binding: Binding;
  role: KubeObject;
}

interface Subject {
  user: string;
  groups: readonly string[];
}

/** What a rule allows, in words: `get, list pods, pods/log` or `get /healthz`. */
export function ruleText({ verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: rbacv1.PolicyRule): string {
  const groups = apiGroups.filter((group) => group !== '');
  const of = groups.length > 0 ? ` of ${groups.join(', ')}` : '';
  const named = resourceNames.length > 0 ? ` named ${resourceNames.join(', ')}` : '';
  const what = [...(resources.length > 0 ? [`${resources.join(', ')}${of}${named}`] : []), ...nonResourceURLs];
  return `${verbs.join(', ')} ${what.join(', ')}`;
}

function permissionText({ rule, namespace, binding, role }: Permission): string {
  const where = namespace === undefined ? 'everywhere' : `in namespace ${namespace}`;
  return `${ruleText(rule)} ${where}, by ${binding.kind} ${binding.metadata.name} to ${role.kind} ${role.metadata.name}`;
}

const permissionType = (objectInterface: GraphQLInterfaceType): GraphQLObjectType =>
  new GraphQLObjectType<Permission, GraphContext>({
    name: 'Permission',
    description: 'One rule that applies to a subject, and by which binding and role it does.',
    fields: {
      line: { type: required(GraphQLString), description: 'All of it in one line.', resolve: permissionText },
      verbs: { type: listOf(GraphQLString), description: 'What may be done: get, list, *.', resolve: ({ rule }) => rule.verbs },
      apiGroups: {
        type: listOf(GraphQLString),
        description: 'To resources of these groups; an empty text: the core group.',
        resolve: ({ rule }) => rule.apiGroups ?? [],
      },
      resources: { type: listOf(GraphQLString), description: 'To these: pods, pods/log, *.', resolve: ({ rule }) => rule.resources ?? [] },
      resourceNames: {
        type: listOf(GraphQLString),
        description: 'Only objects of these names; empty: all.',
        resolve: ({ rule }) => rule.resourceNames ?? [],
      },
      nonResourceURLs: {
        type: listOf(GraphQLString),
        description: 'To these paths: /healthz, /metrics/*.',
        resolve: ({ rule }) => rule.nonResourceURLs ?? [],
      },
      namespace: { type: GraphQLString, description: 'Only there; null: in the whole cluster.' },
      subject: { type: required(GraphQLString), description: 'As whom the binding names it: Group system:authenticated.' },
      binding: { type: required(objectInterface), description: 'The RoleBinding or ClusterRoleBinding.' },
      role: { type: required(objectInterface), description: 'The Role or ClusterRole that the rule is of.' },
    },
  });

const roleOf = ({ roleRef, metadata }: Binding, { loaders }: GraphContext): Promise<KubeObject | undefined> =>
  roleRef.kind === 'ClusterRole' ? loaders.get(ClusterRole, roleRef.name) : loaders.get(Role, roleRef.name, metadata.namespace);

/** The bindings that apply to a subject, each once, with the key of the subject by which it does. */
async function bindingsOf(
  { user, groups }: Subject,
  namespace: string | undefined,
  { loaders }: GraphContext,
): Promise<Map<Binding, string>> {
  const everywhere = await loaders.grouped(ClusterRoleBinding, {}, bySubject);
  const there = await loaders.grouped(RoleBinding, namespace === undefined ? {} : { namespace }, bySubject);
  const found = new Map<Binding, string>();
  for (const bindings of [everywhere, there] as ReadonlyArray<ReadonlyMap<string, readonly Binding[]>>) {
    for (const key of subjectsOf(user, groups)) {
      for (const binding of bindings.get(key) ?? []) if (!found.has(binding)) found.set(binding, key.replace('/', ' '));
    }
  }
  return found;
}

interface Selection {
  namespace?: string;
  limit?: number;
}

async function permissionsOf(
  subject: Subject,
  { namespace, limit = limits.pageSize }: Selection,
  context: GraphContext,
): Promise<Permission[]> {
  checkNames({ namespace });
  checkLimit(limit, limits.largestPage);
  const found: Permission[] = [];
  for (const [binding, named] of await bindingsOf(subject, namespace, context)) {
    const wait = context.meter.turn();
    if (wait) await wait;
    const role = await roleOf(binding, context);
    const { rules } = (role ?? {}) as { rules?: rbacv1.PolicyRule[] };
    for (const rule of rules ?? []) {
      if (!role || found.length === limit) return found;
      found.push({ rule, subject: named, binding, role, ...(binding.metadata.namespace && { namespace: binding.metadata.namespace }) });
    }
  }
  return found;
}

async function whoAsks({ client }: GraphContext): Promise<Subject> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: SelfSubjectReview.kind, metadata: { name: '' } };
  const { status } = await client.create<authenticationv1.SelfSubjectReview>(SelfSubjectReview, review);
  return { user: status?.userInfo?.username ?? '', groups: status?.userInfo?.groups ?? [] };
}

const selection = {
  namespace: { type: GraphQLString, description: 'What it may do there, and in the whole cluster; default: in each namespace.' },
  limit: { type: GraphQLInt, description: `The maximum number of rules, at most ${limits.largestPage}; default ${limits.pageSize}.` },
};

/** The query of what a subject may do, and the same as a field of ServiceAccounts. */
export function permissionFields(objectInterface: GraphQLInterfaceType): { ofSubject: Field; ofAccount: Field } {
  const type = nullableListOf(permissionType(objectInterface));
  return {
    ofSubject: {
      type,
      description:
        'What a subject may do by RBAC: each rule with the binding and the role that it comes from, those for the whole cluster first.',
      ...costs(page),
      args: {
        user: { type: GraphQLString, description: 'jane, system:serviceaccount:shop:clerk; default: you.' },
        groups: {
          type: nullableListOf(GraphQLString),
          description:
            'Default: those that every user of such a name has; system:authenticated is added to others. Without user: of these groups alone.',
        },
        ...selection,
      },
      async resolve(_root, given: Selection & { user?: string; groups?: readonly string[] }, context) {
        const { user, groups, ...selected } = withoutNulls(given);
        checkCount(groups, limits.accessGroups, 'groups');
        const ofGroups = groups && { user: '', groups };
        const subject = user === undefined ? (ofGroups ?? (await whoAsks(context))) : { user, groups: groupsOf(user, groups) };
        return permissionsOf(subject, selected, context);
      },
    },
    ofAccount: {
      type,
      description:
        'What this account may do by RBAC: each rule with the binding and the role that it comes from, those for the whole cluster first.',
      ...costs(page),
      args: selection,
      resolve(object, given: Selection, context) {
        const user = userOf(object as KubeObject);
        return permissionsOf({ user, groups: groupsOf(user) }, withoutNulls(given), context.of(object as KubeObject));
      },
    },
  };
}
