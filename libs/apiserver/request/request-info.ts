/** What a request is about, read from its method, path and query (apiserver/pkg/endpoints/request/requestinfo.go). */
export interface RequestInfo {
  isResource: boolean;
  path: string;
  /** get, list, watch, create, update, patch, delete, deletecollection; the lower-case method for other paths. */
  verb: string;
  apiPrefix: string;
  group: string;
  version: string;
  namespace: string;
  resource: string;
  subresource: string;
  name: string;
  /** The path from the resource onwards. */
  parts: readonly string[];
  /** The deprecated /watch/ path was used. */
  watchPath: boolean;
  /** The selectors of a list, watch or deletecollection. */
  fieldSelector?: string;
  labelSelector?: string;
}

const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);
const VERBS: ReadonlyMap<string, string> = new Map([
  ['POST', 'create'],
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
]);
const NO_PARTS: readonly string[] = Object.freeze([]);

function nonResource(path: string, method: string): RequestInfo {
  return {
    isResource: false,
    path,
    verb: method.toLowerCase(),
    apiPrefix: '',
    group: '',
    version: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: NO_PARTS,
    watchPath: false,
  };
}

function split(path: string): string[] {
  let start = 0;
  let end = path.length;
  while (start < end && path.charCodeAt(start) === 47) start++;
  while (end > start && path.charCodeAt(end - 1) === 47) end--;
  if (start === end) return [];
  return path.slice(start, end).split('/');
}

/** Whether `watch` in a query is true (runtime.Convert_Slice_string_To_bool: anything but false and 0). */
function isWatchQuery(query: URLSearchParams): boolean {
  const value = query.get('watch');
  return value !== null && value.toLowerCase() !== 'false' && value !== '0';
}

/** The name that a list's field selector requires; undefined if it requires anything besides the name. */
function selectedName(query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  if (!selector?.includes('metadata.name')) return '';
  for (const term of selector.split(',')) {
    const match = /^metadata\.name==?([^=\\]+)$/.exec(term);
    if (match?.[1] && isPathSegment(match[1])) return match[1];
  }
  return '';
}

/** apimachinery/pkg/api/validate/content IsPathSegmentName. */
function isPathSegment(name: string): boolean {
  return name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%');
}

/** `path` is decoded and relative to the cluster. */
export function requestInfo(method: string, path: string, query: URLSearchParams): RequestInfo {
  const info = nonResource(path, method);
  let parts = split(path);
  const prefix = parts[0];
  if (parts.length < 3 || (prefix !== 'api' && prefix !== 'apis')) return info;
  info.apiPrefix = prefix;
  parts = parts.slice(1);
  if (prefix === 'apis') {
    if (parts.length < 3) return info;
    info.group = parts[0] ?? '';
    parts = parts.slice(1);
  }
  info.isResource = true;
  info.version = parts[0] ?? '';
  parts = parts.slice(1);
  info.verb = VERBS.get(method) ?? '';
  if (parts[0] === 'watch' && parts.length > 1) {
    info.watchPath = true;
    info.verb = 'watch';
    parts = parts.slice(1);
  }
  if (parts[0] === 'namespaces' && parts.length > 1) {
    info.namespace = parts[1] ?? '';
    if (parts.length > 2 && !NAMESPACE_SUBRESOURCES.has(parts[2] ?? '')) parts = parts.slice(2);
  }
  info.parts = parts;
  info.resource = parts[0] ?? '';
  info.name = parts[1] ?? '';
  if (!info.watchPath) info.subresource = parts[2] ?? '';
  if (info.name === '' && info.verb === 'get') {
    info.verb = isWatchQuery(query) ? 'watch' : 'list';
    info.name = selectedName(query);
  }
  if (info.name === '' && info.verb === 'delete') info.verb = 'deletecollection';
  if (info.verb === 'list' || info.verb === 'watch' || info.verb === 'deletecollection') readSelectors(info, query);
  return info;
}

function readSelectors(info: RequestInfo, query: URLSearchParams): void {
  const [fields, labels] = [query.get('fieldSelector'), query.get('labelSelector')];
  if (fields) info.fieldSelector = fields;
  if (labels) info.labelSelector = labels;
}
