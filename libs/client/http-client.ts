import { Agent, type Dispatcher, request } from 'undici';
import { Pod, preferredResources, type Resource, type ResourceInfo } from '#api';
import { failureStatus, type KubeObject, type Status, StatusError } from '#apimachinery';
import type { Client, DeleteQuery, GetQuery, Listed, ListQuery, LogQuery, PatchType, WatchHandler, WriteQuery } from './client.js';
import { type DiscoveryList, servedIn } from './discovery.js';
import { LineReader } from './line-reader.js';

export interface HttpClientOptions {
  /** The cluster's URL, including the path: `https://127.0.0.1:8443/clusters/ID`. */
  server: string;
  /** The CA of the server's certificate, PEM; default the machine's trusted CAs. */
  ca?: string;
  /** Bearer token; unset: anonymous. */
  token?: string;
  /** Also used as the field manager. Default `orrery`. */
  userAgent?: string;
}

/** A client that holds connections open. */
export interface HttpClient extends Client {
  /** Closes all connections, including watches. */
  close(): Promise<void>;
}

type Query = Record<string, string | number | boolean | undefined>;

interface Call {
  method: string;
  path: string;
  query?: Query;
  body?: unknown;
  contentType?: string;
  /** Default plain JSON. */
  accept?: string;
  report?: WriteQuery['report'];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const PATCH_TYPES: Readonly<Record<PatchType, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** The path of a resource, an object or a subresource. */
export function resourcePath(
  { group, version, resource, namespaced }: Resource,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const scope = namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name ? `/${encodeURIComponent(name)}` : '';
  return `${root}${scope}/${resource}${object}${subresource ? `/${subresource}` : ''}`;
}

function queryText(query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

const writeQuery = (query: WriteQuery & { force?: boolean } = {}): Query => ({
  dryRun: query.dryRun ? 'All' : undefined,
  fieldManager: query.fieldManager,
  fieldValidation: query.fieldValidation,
  force: query.force,
});

/** The message in an error body; plain text if it is not a Status. */
function failure(code: number, text: string): StatusError {
  try {
    const status = JSON.parse(text) as Status;
    if (status.kind === 'Status') return new StatusError({ ...status, code: status.code ?? code });
  } catch {
    // Not a response of the API itself: thrown unchanged.
  }
  return new StatusError(failureStatus({ code, message: text.trim() || `the server answered ${code}` }));
}

/** The texts of Warning headers: `299 - "text"`, with quotes and backslashes escaped (RFC 9110, apimachinery/pkg/util/net ParseWarningHeader). */
function warningsIn(header: string | string[] | undefined): string[] {
  const texts = [header ?? []]
    .flat()
    .join(', ')
    .matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g);
  return [...texts].map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}

/** The API over http(s). Connection errors are thrown unchanged, API errors as StatusError. */
export function httpClient(options: HttpClientOptions): HttpClient {
  const agent = new Agent({ ...(options.ca === undefined ? {} : { connect: { ca: options.ca } }), bodyTimeout: 0, headersTimeout: 60_000 });
  const base = options.server.replace(/\/+$/, '');
  const headers: Record<string, string> = { accept: 'application/json', 'user-agent': options.userAgent ?? 'orrery' };
  if (options.token !== undefined) headers.authorization = `Bearer ${options.token}`;
  return new OverHttp(agent, base, headers);
}

class OverHttp implements HttpClient {
  constructor(
    private readonly agent: Agent,
    private readonly base: string,
    private readonly headers: Record<string, string>,
  ) {}

  async resources(): Promise<readonly ResourceInfo[]> {
    const lists = await Promise.all(['/api', '/apis'].map((path) => this.call<DiscoveryList>({ method: 'GET', path, accept: AGGREGATED })));
    return preferredResources(servedIn(lists));
  }

  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace?: string, query: GetQuery = {}): Promise<T> {
    const { subresource, selectors } = query;
    return this.call<T>({
      method: 'GET',
      path: resourcePath(resource, namespace, name, subresource),
      ...(selectors && { query: selectors }),
    });
  }

  async list<T extends KubeObject>(resource: Resource<T>, query: ListQuery = {}): Promise<Listed<T>> {
    const { namespace, ...rest } = query;
    const list = await this.call<{ metadata: { resourceVersion: string; continue?: string; remainingItemCount?: number }; items: T[] }>({
      method: 'GET',
      path: resourcePath(resource, namespace),
      query: rest,
    });
    const { group, version, kind } = resource;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    return {
      // Items of typed lists have no kind.
      items: list.items.map((item) => ({ ...item, kind, apiVersion })),
      resourceVersion: list.metadata.resourceVersion,
      ...(list.metadata.continue ? { continue: list.metadata.continue } : {}),
      ...(list.metadata.remainingItemCount === undefined ? {} : { remaining: list.metadata.remainingItemCount }),
    };
  }

  async podLog(name: string, namespace: string, query: LogQuery = {}): Promise<string> {
    const response = await this.send({
      method: 'GET',
      path: resourcePath(Pod, namespace, name, 'log'),
      query: { ...query },
      accept: '*/*',
    });
    const text = await response.body.text();
    if (response.statusCode >= 300) throw failure(response.statusCode, text);
    return text;
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T> {
    const path = resourcePath(resource, object.metadata.namespace);
    return this.call<T>({ method: 'POST', path, query: writeQuery(query), body: object, report: query?.report });
  }

  async createOnly<T extends KubeObject>(resource: Resource<T>, object: T, queued?: () => void): Promise<void> {
    await this.create(resource, object);
    queued?.();
  }

  createSubresource<R extends KubeObject>(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: KubeObject,
    { report }: Pick<WriteQuery, 'report'> = {},
  ): Promise<R> {
    return this.call<R>({ method: 'POST', path: resourcePath(resource, namespace, name, subresource), body, report });
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T> {
    const path = resourcePath(resource, object.metadata.namespace, object.metadata.name, query?.subresource);
    return this.call<T>({ method: 'PUT', path, query: writeQuery(query), body: object, report: query?.report });
  }

  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.update(resource, object, { subresource: 'status' });
  }

  patch<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    patch: unknown,
    query?: WriteQuery & { force?: boolean },
  ): Promise<T> {
    const path = resourcePath(resource, namespace, name, query?.subresource);
    const { report } = query ?? {};
    return this.call<T>({ method: 'PATCH', path, query: writeQuery(query), body: patch, contentType: PATCH_TYPES[type], report });
  }

  delete(resource: Resource, name: string, namespace?: string, query: DeleteQuery = {}): Promise<KubeObject> {
    const { gracePeriodSeconds, propagationPolicy, uid, resourceVersion, dryRun, report } = query;
    const preconditions = uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } };
    const body = {
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      ...(propagationPolicy === undefined ? {} : { propagationPolicy }),
      ...preconditions,
      ...(dryRun ? { dryRun: ['All'] } : {}),
    };
    return this.call<KubeObject>({ method: 'DELETE', path: resourcePath(resource, namespace, name), body, report });
  }

  async deleteOnly(resource: Resource, name: string, namespace?: string, query?: DeleteQuery): Promise<void> {
    await this.delete(resource, name, namespace, query);
  }

  async watch<T extends KubeObject>(resource: Resource<T>, query: ListQuery, handler: WatchHandler<T>): Promise<() => void> {
    const { namespace, labelSelector, fieldSelector, resourceVersion } = query;
    const abort = new AbortController();
    const response = await this.send(
      { method: 'GET', path: resourcePath(resource, namespace), query: { watch: 1, labelSelector, fieldSelector, resourceVersion } },
      abort.signal,
    );
    if (response.statusCode >= 300) throw failure(response.statusCode, await response.body.text());
    void follow(response.body, handler);
    return () => abort.abort();
  }

  close(): Promise<void> {
    return this.agent.destroy();
  }

  private async call<T>(call: Call): Promise<T> {
    const response = await this.send(call);
    const text = await response.body.text();
    call.report?.({ warnings: warningsIn(response.headers.warning) });
    if (response.statusCode >= 300) throw failure(response.statusCode, text);
    return JSON.parse(text) as T;
  }

  private send({ method, path, query, body, contentType, accept }: Call, signal?: AbortSignal): Promise<Dispatcher.ResponseData> {
    const headers = {
      ...this.headers,
      ...(accept === undefined ? {} : { accept }),
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
    };
    return request(`${this.base}${path}${queryText(query)}`, {
      dispatcher: this.agent,
      method: method as Dispatcher.HttpMethod,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal ? { signal } : {}),
    });
  }
}

/** Reads a watch to its end. It ends without an error if the client stops it or the server closes it normally. */
async function follow<T extends KubeObject>(body: AsyncIterable<Uint8Array>, handler: WatchHandler<T>): Promise<void> {
  let failed: Error | undefined;
  const lines = new LineReader((line) => {
    const event = JSON.parse(line) as { type: string; object: T & Status };
    if (event.type === 'ERROR') failed = new StatusError(event.object);
    else if (event.type === 'ADDED' || event.type === 'MODIFIED' || event.type === 'DELETED') {
      handler.event({ type: event.type, object: event.object, revision: Number(event.object.metadata.resourceVersion) });
    }
  });
  try {
    for await (const chunk of body) lines.push(chunk);
  } catch (error) {
    if ((error as Error).name !== 'AbortError') failed = error as Error;
  }
  handler.end(failed);
}
