import { type GroupVersionKind, type ResourceInfo, type SubresourceInfo, scheme } from '../scheme.js';
import { type Action, pathParameter, queryParameters } from './parameters.js';
import { type Dialect, refTo, type Schema } from './schemas.js';

/** What has a schema of its own in the document: a definition, or a kind of a cluster's own. */
interface Published {
  /** Its name there: `io.k8s.api.core.v1.Pod`. */
  readonly openapi: string;
}

/** Finds what is published of a kind. */
export type PublishedLookup = (gvk: GroupVersionKind) => Published | undefined;

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';

/** Everything that an operation is written from. */
interface Operation {
  method: Method;
  action: Action;
  info: ResourceInfo;
  subresource?: string;
  /** Group, version and kind of the body. */
  gvk: { group: string; kind: string; version: string };
  /** Of the answer's body, and of the request's where it is not the same. */
  answer?: Published;
  body?: Published;
  namespaced: boolean;
}

const media = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];
const patchMedia = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
];
const verbs: Readonly<Record<Action, string>> = {
  get: 'read',
  list: 'list',
  post: 'create',
  put: 'replace',
  patch: 'patch',
  delete: 'delete',
  deletecollection: 'deleteCollection',
  connect: 'connect',
};
const capital = (word: string): string => word.replace(/^./, (c) => c.toUpperCase());
const camel = (group: string): string => (group.split('.')[0] || 'core').replace(/^./, (c) => c.toUpperCase());
const status = (): Published => scheme.definition('meta.v1.Status');

function operationId({ action, info, subresource, namespaced, method }: Operation): string {
  const verb = action === 'connect' ? `connect${capital(method)}` : verbs[action];
  const scope = namespaced ? 'Namespaced' : '';
  const all = action === 'list' && info.namespaced && !namespaced ? 'ForAllNamespaces' : '';
  return `${verb}${camel(info.group)}${capital(info.version)}${scope}${info.kind}${capital(subresource ?? '')}${all}`;
}

function content(types: readonly string[], definition: Published | undefined): Schema | undefined {
  if (!definition) return undefined;
  const schema = { $ref: refTo(definition, 'v3') };
  return { content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

function bodyOf({ action, body, method }: Operation): { types: readonly string[]; definition: Published; required: boolean } | undefined {
  if (action === 'patch') return { types: patchMedia, definition: scheme.definition('meta.v1.Patch'), required: true };
  if (action === 'delete' || action === 'deletecollection')
    return { types: ['*/*'], definition: scheme.definition('meta.v1.DeleteOptions'), required: false };
  return body && (method === 'post' || method === 'put') ? { types: ['*/*'], definition: body, required: true } : undefined;
}

function answers({ action, method, answer }: Operation, dialect: Dialect): Schema {
  const codes: Array<[string, string]> = [['200', 'OK']];
  if (action === 'post' || action === 'put' || action === 'patch') codes.push(['201', 'Created']);
  if (action === 'post' || (action === 'delete' && method === 'delete')) codes.push(['202', 'Accepted']);
  codes.push(['401', 'Unauthorized']);
  const types =
    action === 'list' || action === 'get'
      ? [...media, 'application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
      : media;
  return Object.fromEntries(
    codes.map(([code, description]) => {
      if (code === '401' || !answer) return [code, { description }];
      const schema = dialect === 'v2' ? { schema: { $ref: refTo(answer, 'v2') } } : content(types, answer);
      return [code, { description, ...schema }];
    }),
  );
}

function operation(op: Operation, dialect: Dialect): Schema {
  const { group, kind, version } = op.gvk;
  const body = bodyOf(op);
  const inBody =
    dialect === 'v2' && body ? [{ in: 'body', name: 'body', required: body.required, schema: { $ref: refTo(body.definition, 'v2') } }] : [];
  const parameters = [...inBody, ...queryParameters(op.action, dialect)];
  return {
    description: `${verbs[op.action]} ${op.subresource ? `${op.subresource} of ` : ''}${op.info.kind}`,
    tags: [`${op.info.group.split('.')[0] || 'core'}_${op.info.version}`],
    operationId: operationId(op),
    ...(dialect === 'v2' && { consumes: op.action === 'patch' ? patchMedia : ['*/*'], produces: media, schemes: ['https'] }),
    ...(parameters.length > 0 && { parameters }),
    ...(dialect === 'v3' && body && { requestBody: { ...content(body.types, body.definition), ...(body.required && { required: true }) } }),
    responses: answers(op, dialect),
    'x-kubernetes-action': op.action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  };
}

type Draft = Omit<Operation, 'info' | 'namespaced'>;

function collection(info: ResourceInfo, lookup: PublishedLookup): Draft[] {
  const gvk = { group: info.group, kind: info.kind, version: info.version };
  const own = lookup(gvk);
  const listed = lookup({ ...gvk, kind: `${info.kind}List` });
  const has = (verb: string): boolean => info.verbs.includes(verb);
  return [
    ...(has('list') ? [{ method: 'get', action: 'list', gvk, answer: listed } as const] : []),
    ...(has('create') ? [{ method: 'post', action: 'post', gvk, answer: own, body: own } as const] : []),
    ...(has('deletecollection') ? [{ method: 'delete', action: 'deletecollection', gvk, answer: status() } as const] : []),
  ];
}

function item(info: ResourceInfo, lookup: PublishedLookup): Draft[] {
  const gvk = { group: info.group, kind: info.kind, version: info.version };
  const own = lookup(gvk);
  const has = (verb: string): boolean => info.verbs.includes(verb);
  return [
    ...(has('get') ? [{ method: 'get', action: 'get', gvk, answer: own } as const] : []),
    ...(has('update') ? [{ method: 'put', action: 'put', gvk, answer: own, body: own } as const] : []),
    ...(has('delete') ? [{ method: 'delete', action: 'delete', gvk, answer: status() } as const] : []),
    ...(has('patch') ? [{ method: 'patch', action: 'patch', gvk, answer: own } as const] : []),
  ];
}

const methods: Readonly<Record<string, Method>> = { get: 'get', create: 'post', update: 'put', patch: 'patch', delete: 'delete' };
const connecting = new Set(['proxy', 'exec', 'attach', 'portforward']);

function below(info: ResourceInfo, [subresource, sub]: [string, SubresourceInfo], lookup: PublishedLookup): Draft[] {
  const gvk = { group: sub.group ?? info.group, kind: sub.kind, version: sub.version ?? info.version };
  const definition = lookup(gvk);
  return sub.verbs.flatMap((verb) => {
    const method = methods[verb];
    if (!method) return [];
    const action: Action = connecting.has(subresource) ? 'connect' : method;
    return [{ method, action, subresource, gvk, ...(action !== 'connect' && { answer: definition, body: definition }) }];
  });
}

/** Writes the operations of one path, with the parameters that stand in it. */
function pathItem(path: string, info: ResourceInfo, drafts: Draft[], dialect: Dialect): [string, Schema][] {
  if (drafts.length === 0) return [];
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
  const namespaced = path.includes('{namespace}');
  const operations = drafts.map((draft) => [draft.method, operation({ ...draft, info, namespaced }, dialect)]);
  return [[path, { ...Object.fromEntries(operations), parameters: names.map((name) => pathParameter(name, info.kind, dialect)) }]];
}

/** All paths of a resource, and the operations on them. */
export function resourcePaths(info: ResourceInfo, dialect: Dialect, lookup: PublishedLookup = scheme.definitionFor): [string, Schema][] {
  const root = info.group ? `/apis/${info.group}/${info.version}` : `/api/${info.version}`;
  const at = info.namespaced ? `${root}/namespaces/{namespace}/${info.resource}` : `${root}/${info.resource}`;
  const everywhere = info.namespaced ? collection(info, lookup).filter((d) => d.action === 'list') : [];
  return [
    ...pathItem(at, info, collection(info, lookup), dialect),
    ...pathItem(`${at}/{name}`, info, item(info, lookup), dialect),
    ...Object.entries(info.subresources).flatMap((sub) => pathItem(`${at}/{name}/${sub[0]}`, info, below(info, sub, lookup), dialect)),
    ...pathItem(`${root}/${info.resource}`, info, everywhere, dialect),
  ];
}
