import { type GroupVersionKind, type ResourceInfo, type SubresourceInfo, scheme } from '../scheme.js';
import { connectParameters, logParameters } from './connect-parameters.js';
import { type Action, type Parameter, pathParameter, queryParameters } from './parameters.js';
import { type Dialect, refTo, type Schema } from './schemas.js';

/** A type with a schema of its own in the document: a definition, or a custom kind. */
interface Published {
  /** Its name there: `io.k8s.api.core.v1.Pod`. */
  readonly openapi: string;
}

/** Finds the published type of a kind. */
export type PublishedLookup = (gvk: GroupVersionKind) => Published | undefined;

type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

/** Everything that an operation is generated from. */
interface Operation {
  method: Method;
  action: Action;
  info: ResourceInfo;
  subresource?: string;
  /** Group, version and kind of the body. */
  gvk: { group: string; kind: string; version: string };
  /** The kind of the response body, and of the request body if it differs. */
  answer?: Published;
  body?: Published;
  /** Its query parameters, if they do not follow from the action. */
  parameters?: readonly Parameter[];
  /** The response is not an object: a proxied response, or a log. */
  text?: boolean;
  namespaced: boolean;
  /** The path continues after the subresource. */
  withPath: boolean;
  /** Of a custom kind: it has no protobuf, and no strategic merge, which kubectl would send if it were listed. */
  custom: boolean;
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
  deletecollection: 'delete',
  connect: 'connect',
};
const capital = (word: string): string => word.replace(/^./, (c) => c.toUpperCase());
/** A group as used in names: `RbacAuthorization`, `Apps`, `ExampleCom`. */
const customMedia = media.slice(0, 2);
const camel = (group: string): string => (group.replace(/\.k8s\.io$/, '') || 'core').split(/[.-]/).map(capital).join('');
const small = (word: string): string => word.replace(/^./, (c) => c.toLowerCase());
const status = (): Published => scheme.definition('meta.v1.Status');

function operationId({ action, info, subresource, namespaced, method, withPath }: Operation): string {
  const of = action === 'connect' ? capital(method) : action === 'deletecollection' ? 'Collection' : '';
  const scope = namespaced ? 'Namespaced' : '';
  const end = action === 'list' && info.namespaced && !namespaced ? 'ForAllNamespaces' : withPath ? 'WithPath' : '';
  return `${verbs[action]}${camel(info.group)}${capital(info.version)}${of}${scope}${info.kind}${capital(subresource ?? '')}${end}`;
}

function textAnswer(types: readonly string[], dialect: Dialect): Schema {
  const schema = { type: 'string' };
  return dialect === 'v2' ? { schema } : { content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

function content(types: readonly string[], definition: Published | undefined): Schema | undefined {
  if (!definition) return undefined;
  const schema = { $ref: refTo(definition, 'v3') };
  return { content: Object.fromEntries(types.map((type) => [type, { schema }])) };
}

const patchedBy = ({ custom }: Operation): readonly string[] =>
  custom ? patchMedia.filter((type) => !type.includes('strategic')) : patchMedia;

const writtenBy = ({ custom }: Operation): readonly string[] => (custom ? customMedia : ['*/*']);

function bodyOf(op: Operation): { types: readonly string[]; definition: Published; required: boolean } | undefined {
  const { action, body, method } = op;
  if (action === 'patch') return { types: patchedBy(op), definition: scheme.definition('meta.v1.Patch'), required: true };
  if (action === 'delete' || action === 'deletecollection')
    return { types: writtenBy(op), definition: scheme.definition('meta.v1.DeleteOptions'), required: false };
  return body && (method === 'post' || method === 'put') ? { types: writtenBy(op), definition: body, required: true } : undefined;
}

const watched = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch'];

/** The media types of an operation's responses. */
function producedBy({ action, text, custom }: Operation): readonly string[] {
  if (custom) return customMedia;
  if (action === 'connect') return ['*/*'];
  if (text) return ['text/plain', ...media];
  return action === 'list' ? [...media, ...watched] : media;
}

function answers(op: Operation, dialect: Dialect): Schema {
  const { action, method, answer, text } = op;
  const codes: Array<[string, string]> = [['200', 'OK']];
  if (action === 'post' || action === 'put' || action === 'patch') codes.push(['201', 'Created']);
  if (action === 'post' || (action === 'delete' && method === 'delete')) codes.push(['202', 'Accepted']);
  codes.push(['401', 'Unauthorized']);
  const types = producedBy(op);
  return Object.fromEntries(
    codes.map(([code, description]) => {
      if (code !== '401' && text) return [code, { description, ...textAnswer(types, dialect) }];
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
    dialect === 'v2' && body
      ? [{ in: 'body', name: 'body', ...(body.required && { required: true }), schema: { $ref: refTo(body.definition, 'v2') } }]
      : [];
  const parameters = [...inBody, ...queryParameters(op.action, dialect, op.parameters)];
  return {
    description: `${verbs[op.action]} ${op.subresource ? `${op.subresource} of ` : ''}${op.info.kind}`,
    tags: [`${small(camel(op.info.group))}_${op.info.version}`],
    operationId: operationId(op),
    ...(dialect === 'v2' && {
      consumes: op.action === 'patch' ? patchedBy(op) : writtenBy(op),
      produces: producedBy(op),
      schemes: ['https'],
    }),
    ...(parameters.length > 0 && { parameters }),
    ...(dialect === 'v3' && body && { requestBody: { ...content(body.types, body.definition), ...(body.required && { required: true }) } }),
    responses: answers(op, dialect),
    'x-kubernetes-action': op.action,
    'x-kubernetes-group-version-kind': { group, kind, version },
  };
}

type Draft = Omit<Operation, 'info' | 'namespaced' | 'withPath' | 'custom'>;

/**
 * Resources whose deletion returns the object (the strategies' returnsDeletedObject); namespaces do so too, but are not documented like
 * that.
 */
const answersWithDeleted = new Set([
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/pods',
  '/podtemplates',
  '/resourcequotas',
  '/serviceaccounts',
  '/services',
  'resource.k8s.io/deviceclasses',
  'resource.k8s.io/resourceclaims',
  'resource.k8s.io/resourceclaimtemplates',
  'resource.k8s.io/resourceslices',
  'storage.k8s.io/csidrivers',
  'storage.k8s.io/csinodes',
  'storage.k8s.io/storageclasses',
  'storage.k8s.io/volumeattachments',
  'storage.k8s.io/volumeattributesclasses',
]);

function collection(info: ResourceInfo, lookup: PublishedLookup): Draft[] {
  const gvk = { group: info.group, kind: info.kind, version: info.version };
  const own = lookup(gvk);
  const listed = lookup({ ...gvk, kind: info.listKind ?? `${info.kind}List` });
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
  const deleted = answersWithDeleted.has(`${info.group}/${info.resource}`) ? own : status();
  return [
    ...(has('get') ? [{ method: 'get', action: 'get', gvk, answer: own } as const] : []),
    ...(has('update') ? [{ method: 'put', action: 'put', gvk, answer: own, body: own } as const] : []),
    ...(has('delete') ? [{ method: 'delete', action: 'delete', gvk, answer: deleted } as const] : []),
    ...(has('patch') ? [{ method: 'patch', action: 'patch', gvk, answer: own } as const] : []),
  ];
}

const methods: Readonly<Record<string, Method>> = { get: 'get', create: 'post', update: 'put', patch: 'patch', delete: 'delete' };
const proxyMethods: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

function below(info: ResourceInfo, [subresource, sub]: [string, SubresourceInfo], lookup: PublishedLookup): Draft[] {
  const gvk = { group: sub.group ?? info.group, kind: sub.kind, version: sub.version ?? info.version };
  const parameters = info.group === '' ? connectParameters[sub.kind] : undefined;
  const served = sub.verbs.flatMap((verb) => methods[verb] ?? []);
  if (parameters) {
    const connected = subresource === 'proxy' ? proxyMethods : served;
    return connected.map((method) => ({ method, action: 'connect', subresource, gvk, parameters, text: true }));
  }
  if (info.group === '' && info.resource === 'pods' && subresource === 'log') {
    return [{ method: 'get', action: 'get', subresource, gvk, parameters: logParameters, text: true }];
  }
  const definition = lookup(gvk);
  return served.map((method) => ({ method, action: method as Action, subresource, gvk, answer: definition, body: definition }));
}

interface Place {
  info: ResourceInfo;
  custom: boolean;
  dialect: Dialect;
}

/** Generates the operations of one path, with their path parameters. */
function pathItem(path: string, { info, custom, dialect }: Place, drafts: Draft[]): [string, Schema][] {
  if (drafts.length === 0) return [];
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
  const place = { info, custom, namespaced: names.includes('namespace'), withPath: names.includes('path') };
  const operations = drafts.map((draft) => [draft.method, operation({ ...draft, ...place }, dialect)]);
  const kind = drafts[0]?.gvk.kind ?? info.kind;
  return [[path, { ...Object.fromEntries(operations), parameters: names.map((name) => pathParameter(name, kind, dialect)) }]];
}

/** All paths of a resource, and their operations. */
export function resourcePaths(info: ResourceInfo, dialect: Dialect, lookup: PublishedLookup = scheme.definitionFor): [string, Schema][] {
  const root = info.group ? `/apis/${info.group}/${info.version}` : `/api/${info.version}`;
  const at = info.namespaced ? `${root}/namespaces/{namespace}/${info.resource}` : `${root}/${info.resource}`;
  const place = { info, dialect, custom: lookup !== scheme.definitionFor };
  const everywhere = info.namespaced ? collection(info, lookup).filter((d) => d.action === 'list') : [];
  return [
    ...pathItem(at, place, collection(info, lookup)),
    ...pathItem(`${at}/{name}`, place, item(info, lookup)),
    ...Object.entries(info.subresources).flatMap((sub) => {
      const drafts = below(info, sub, lookup);
      const path = `${at}/{name}/${sub[0]}`;
      const further = sub[0] === 'proxy' && info.group === '' ? pathItem(`${path}/{path}`, place, drafts) : [];
      return [...pathItem(path, place, drafts), ...further];
    }),
    ...pathItem(`${root}/${info.resource}`, place, everywhere),
  ];
}
