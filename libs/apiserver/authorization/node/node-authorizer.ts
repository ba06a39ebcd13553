import type { rbacv1 } from '#api';
import { goQuote, parseFieldSelector, StatusError } from '#apimachinery';
import type { AuthorizationAttributes, AuthorizerLink, Decision } from '../authorization.js';
import { nodeOf } from '../node-identity.js';
import { ruleAllows } from '../rbac.js';
import { NodeRelations, type RelationParts } from './relations.js';

const ALLOW: Decision = Object.freeze({ decision: 'allow' });
const NONE: Decision = Object.freeze({ decision: 'none' });
const refused = (reason: string): Decision => ({ decision: 'none', reason });

type Asked = AuthorizationAttributes;
type Answer = Decision | Promise<Decision>;

/** One question of a kubelet: `related` says whether the object has to do with its node. */
interface Question {
  asked: Asked;
  node: string;
  relations: NodeRelations;
}

type Rule = (question: Question) => Answer;
type Related = (question: Question) => Promise<boolean>;

async function related(question: Question, is: Related): Promise<Decision> {
  const { asked, node } = question;
  if (asked.name === '') return refused('No Object name found');
  return (await is(question)) ? ALLOW : refused(`no relationship found between node '${node}' and this object`);
}

const READS = new Set(['get', 'list', 'watch']);
const WRITES = new Set(['get', 'create', 'update', 'patch', 'delete']);

/** authorizeReadNamespacedObject */
const reading =
  (is: Related): Rule =>
  (question) => {
    const { verb, subresource, namespace } = question.asked;
    if (!READS.has(verb)) return refused('can only read resources of this type');
    if (subresource !== '') return refused('cannot read subresource');
    if (namespace === '') return refused('can only read namespaced object of this type');
    return related(question, is);
  };

/** authorizeGet */
const getting =
  (is: Related): Rule =>
  (question) => {
    if (question.asked.verb !== 'get') return refused('can only get individual resources of this type');
    if (question.asked.subresource !== '') return refused('cannot get subresource');
    return related(question, is);
  };

const referred =
  (kind: Parameters<NodeRelations['isReferred']>[1]): Related =>
  ({ asked, node, relations }) =>
    relations.isReferred(node, kind, asked.namespace, asked.name);

const isPod: Related = ({ asked, node, relations }) => relations.isPodOf(node, asked.namespace, asked.name);

/** Whether the request's field selector requires the node's name in a field. A selector that cannot be parsed requires nothing. */
function selects({ asked, node }: Question, field: string): boolean {
  if (!asked.fieldSelector) return false;
  try {
    return parseFieldSelector(asked.fieldSelector).terms.some(
      (term) => term.field === field && term.operator === '=' && term.value === node,
    );
  } catch (error) {
    if (error instanceof StatusError) return false;
    throw error;
  }
}

const claim: Rule = (question) => {
  const { verb, subresource } = question.asked;
  if (subresource !== 'status') return getting(referred('claim'))(question);
  if (verb !== 'update' && verb !== 'patch') return refused('can only get/update/patch this type');
  return related(question, referred('claim'));
};

const account: Rule = (question) => {
  const { verb, subresource, name } = question.asked;
  if (verb === 'get' && subresource === '') return reading(referred('account'))(question);
  if (verb !== 'create' || name === '') return refused('can only create tokens for individual service accounts');
  if (subresource !== 'token') return refused('can only create token subresource of serviceaccount');
  return related(question, referred('account'));
};

const lease: Rule = ({ asked: { verb, namespace, name }, node }) => {
  if (!WRITES.has(verb)) return refused('can only get, create, update, patch, or delete a node lease');
  if (namespace !== 'kube-node-lease') return refused('can only access leases in the "kube-node-lease" system namespace');
  // The name of what is created is not known here: NodeRestriction checks it.
  if (verb !== 'create' && name !== node) return refused('can only access node lease with the same name as the requesting node');
  return ALLOW;
};

const csiNode: Rule = ({ asked: { verb, subresource, name }, node }) => {
  if (!WRITES.has(verb)) return refused('can only get, create, update, patch, or delete a CSINode');
  if (subresource !== '') return refused('cannot authorize CSINode subresources');
  if (verb !== 'create' && name !== node) return refused('can only access CSINode with the same name as the requesting node');
  return ALLOW;
};

const slice: Rule = (question) => {
  const { verb, subresource } = question.asked;
  if (subresource !== '') return refused('cannot authorize ResourceSlice subresources');
  if (verb === 'create') return ALLOW;
  if (WRITES.has(verb)) return related(question, ({ asked, node, relations }) => relations.isSliceOf(node, asked.name));
  if (verb !== 'watch' && verb !== 'list' && verb !== 'deletecollection')
    return refused(
      'only the following verbs are allowed for a ResourceSlice: get, watch, list, create, update, patch, delete, deletecollection',
    );
  return selects(question, 'spec.nodeName')
    ? ALLOW
    : refused('can only list/watch/deletecollection resourceslices with nodeName field selector');
};

const certificateRequest: Rule = (question) => {
  const { verb, subresource } = question.asked;
  if (subresource !== '') return refused('nodes may not access the status subresource of PodCertificateRequests');
  if (verb === 'create') return ALLOW;
  if (verb === 'get')
    return related(question, ({ asked, node, relations }) => relations.isCertificateRequestOf(node, asked.namespace, asked.name));
  if (verb !== 'list' && verb !== 'watch') return refused(`nodes may not ${verb} podcertificaterequests`);
  return selects(question, 'spec.nodeName') ? ALLOW : refused('can only list/watch podcertificaterequests with nodeName field selector');
};

const UPDATES = new Set(['update', 'patch']);

const nodes: Rule = ({ asked: { verb, subresource, name }, node }) => {
  if (subresource === 'status') return UPDATES.has(verb) ? ALLOW : NONE;
  if (subresource !== '') return NONE;
  if (verb === 'create' || UPDATES.has(verb)) return ALLOW;
  if (!READS.has(verb)) return NONE;
  if (name === node) return ALLOW;
  if (name === '') return refused(`node '${node}' cannot read all nodes, only its own Node object`);
  return refused(`node '${node}' cannot read '${name}', only its own Node object`);
};

const pods: Rule = (question) => {
  const { verb, subresource, name } = question.asked;
  if (subresource === 'status') return UPDATES.has(verb) ? ALLOW : NONE;
  if (subresource === 'eviction') return verb === 'create' ? ALLOW : NONE;
  if (subresource !== '') return NONE;
  if (verb === 'get') return related(question, isPod);
  if (verb === 'create' || verb === 'delete') return ALLOW;
  if (verb !== 'list' && verb !== 'watch') return NONE;
  if (selects(question, 'spec.nodeName')) return ALLOW;
  return name === '' ? refused('can only list/watch pods with spec.nodeName field selector') : related(question, isPod);
};

/** What is decided by relations to the node; the rest by rules that are the same for all nodes. */
const RULES: ReadonlyMap<string, Rule> = new Map([
  ['/secrets', reading(referred('secret'))],
  ['/configmaps', reading(referred('configmap'))],
  ['/persistentvolumeclaims', claim],
  ['/persistentvolumes', getting(({ asked, node, relations }) => relations.isVolumeOf(node, asked.name))],
  ['resource.k8s.io/resourceclaims', getting(referred('resourceclaim'))],
  ['storage.k8s.io/volumeattachments', getting(({ asked, node, relations }) => relations.isAttachmentTo(node, asked.name))],
  ['/serviceaccounts', account],
  ['coordination.k8s.io/leases', lease],
  ['storage.k8s.io/csinodes', csiNode],
  ['resource.k8s.io/resourceslices', slice],
  ['/nodes', nodes],
  ['/pods', pods],
  ['certificates.k8s.io/podcertificaterequests', certificateRequest],
]);

const UNLISTED = {
  resourceRules: [],
  nonResourceRules: [],
  incomplete: true,
  error: 'node authorizer does not support user rule resolution',
};

/**
 * Authorizes the kubelets of the cluster's nodes (plugin/pkg/auth/authorizer/node; `rules` are bootstrappolicy's NodeRules).
 */
export function nodeAuthorizer(rules: readonly rbacv1.PolicyRule[], parts: RelationParts): AuthorizerLink {
  const relations = new NodeRelations(parts);
  return {
    authorize(asked) {
      const node = nodeOf(asked.user);
      if (node === undefined) return NONE;
      if (node === '') return refused(`unknown node for user ${goQuote(asked.user.name)}`);
      const rule = asked.isResource ? RULES.get(`${asked.group}/${asked.resource}`) : undefined;
      if (rule) return rule({ asked, node, relations });
      return rules.some((each) => ruleAllows(each, asked)) ? ALLOW : NONE;
    },
    // What a node may do depends on its objects.
    rulesFor: (user) => (nodeOf(user) === undefined ? { resourceRules: [], nonResourceRules: [] } : UNLISTED),
  };
}
