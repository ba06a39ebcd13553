import { applyDefaults, DecodeError, decodeValue, type Resource, scheme } from '#api';
import { badRequest, type KubeObject, notFound, type StatusError } from '#apimachinery';
import type { CausalClient, DeleteQuery, Listed, ListQuery, PatchType, WatchHandler, WriteQuery } from '#client';
import type { Fence } from '#storage';
import type { ApiServer } from './api-server.js';
import { type Endpoint, objectKey } from './catalog.js';
import { patching } from './endpoints/write-handlers.js';
import { type DeleteOptions, listOptions, type WriteOptions } from './request/options.js';
import { answerReview, isAnswered } from './rest/answer.js';
import { type BindingObject, bindPod } from './rest/binding.js';
import { createObject, type Written } from './rest/create.js';
import { deleteObject } from './rest/delete.js';
import { getObject } from './rest/get.js';
import { listObjects } from './rest/list.js';
import { ownFields } from './rest/managed-fields.js';
import { applyNotServed } from './rest/patch.js';
import { plainCopy } from './rest/plain-copy.js';
import { type Scale, scaleOf, updateScale } from './rest/scale.js';
import type { ClusterScope, RestScope } from './rest/scope.js';
import { viewOf } from './rest/status.js';
import { toStatusError } from './rest/storage-errors.js';
import type { UserInfo } from './rest/strategy.js';
import { updateObject } from './rest/update.js';
import { storedOf, viewObject } from './rest/view.js';
import { Warnings } from './rest/warnings.js';
import { watchObjects } from './rest/watch.js';

export interface InProcessOptions {
  /** Who the requests of a component are from (its name as `as` told it); default the component itself, as system:masters. */
  user?: (component: string | undefined) => UserInfo;
  /** Proof of the turn that writes are made in; asked at each write. */
  fence?: () => Fence | undefined;
  /** Ids of the requests in the log; default made of the component and the waking revision. */
  requestId?: () => string;
  /** Who is noted in metadata.managedFields as the manager of what is written, e.g. `kube-controller-manager`; default nobody. */
  manager?: string;
}

interface Cause {
  component?: string;
  wokenBy?: number;
}

/**
 * The pipeline as a client, without HTTP and without serialising: objects in, objects out. Nobody is authorized: it is for what is part
 * of the control plane. Objects that are handed in are copied, so parts of shared objects may stand in them.
 */
export function inProcessClient(server: ApiServer, options: InProcessOptions = {}): CausalClient {
  return new InProcessClient(server, options, {});
}

function options(query: WriteQuery | undefined): WriteOptions {
  return { dryRun: query?.dryRun ?? false, fieldManager: query?.fieldManager ?? '', fieldValidation: 'Ignore' };
}

function search(query: ListQuery, watch: boolean): URLSearchParams {
  const params = new URLSearchParams();
  for (const name of ['labelSelector', 'fieldSelector', 'continue', 'resourceVersion', 'resourceVersionMatch'] as const) {
    const value = query[name];
    if (value !== undefined) params.set(name, value);
  }
  if (query.limit !== undefined) params.set('limit', String(query.limit));
  if (watch) params.set('watch', 'true');
  return params;
}

/**
 * An object as it would be after its way over the wire, where Go writes some empty structs and drops other empty values: a template that
 * was made here and one that was sent must not differ in them, or a controller takes one for a change of the other.
 */
function written(endpoint: Endpoint, object: KubeObject): KubeObject {
  const definition = scheme.definitionFor(endpoint);
  if (definition === undefined) return object;
  try {
    return decodeValue(definition, object, 'Ignore').object as unknown as KubeObject;
  } catch (error) {
    if (error instanceof DecodeError) throw badRequest(error.message);
    throw error;
  }
}

class InProcessClient implements CausalClient {
  constructor(
    private readonly server: ApiServer,
    private readonly options: InProcessOptions,
    private readonly cause: Cause,
  ) {}

  as(cause: { component: string; wokenBy?: number }): CausalClient {
    return new InProcessClient(this.server, this.options, cause);
  }

  async get<T extends KubeObject>(resource: Resource<T>, name: string, namespace = '', query: { subresource?: string } = {}): Promise<T> {
    const scope = this.scope(resource, 'get', { name, namespace, subresource: query.subresource });
    return this.guard(scope, async () => {
      const stored = await getObject(scope);
      if (query.subresource === 'scale') return scaleOf(scope.endpoint, stored.object) as unknown as T;
      return viewObject(scope.endpoint, stored, this.cluster.clock.now()) as T;
    });
  }

  async list<T extends KubeObject>(resource: Resource<T>, query: ListQuery = {}): Promise<Listed<T>> {
    const scope = this.scope(resource, 'list', { namespace: query.namespace });
    return this.guard(scope, async () => {
      const listing = await listObjects(scope, listOptions(search(query, false)));
      const now = this.cluster.clock.now();
      return {
        items: listing.items.map((item) => viewObject(scope.endpoint, item, now) as T),
        resourceVersion: String(listing.revision),
        ...(listing.continue ? { continue: listing.continue } : {}),
        ...(listing.remaining === undefined ? {} : { remaining: listing.remaining }),
      };
    });
  }

  async create<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T> {
    const scope = this.scope(resource, 'create', { namespace: object.metadata.namespace, query });
    return this.guard(scope, async () => {
      const made = this.prepared(scope.endpoint, object);
      if (isAnswered(scope)) return (await answerReview(scope, made, options(query))) as T;
      return this.result<T>(scope, await createObject(scope, made, options(query)));
    });
  }

  async createSubresource<R extends KubeObject>(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: KubeObject,
  ): Promise<R> {
    const scope = this.scope(resource, 'create', { name, namespace, subresource });
    return this.guard(scope, async () => {
      if (subresource === 'binding') return (await bindPod(scope, body as BindingObject, options(undefined))) as unknown as R;
      if (subresource !== 'eviction') throw badRequest(`${scope.endpoint.resource}/${subresource} is not served by this cluster yet`);
      const asked = (body as KubeObject & { deleteOptions?: Omit<DeleteOptions, 'dryRun'> }).deleteOptions;
      await deleteObject(scope, { ...asked, dryRun: false });
      return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } as unknown as R;
    });
  }

  async update<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T> {
    const { name, namespace, uid } = object.metadata;
    const subresource = query?.subresource ?? '';
    const scope = this.scope(resource, 'update', { name, namespace, subresource, query });
    return this.guard(scope, async () => {
      if (subresource === 'scale') {
        const written = await updateScale(scope, options(query), () => plainCopy(object) as unknown as Scale);
        return scaleOf(scope.endpoint, storedOf(written.value, written.revision).object) as unknown as T;
      }
      const view = subresource === '' ? undefined : viewOf(scope.endpoint, subresource);
      if (subresource !== '' && view === undefined) throw notFound(scope.endpoint.groupResource, name);
      const { conversion } = scope.endpoint;
      const written = await updateObject(scope, {
        options: options(query),
        ...(uid ? { uid } : {}),
        ...(view ? { view } : {}),
        transform: (standing) => {
          const copy = view ? plainCopy<KubeObject>(object) : this.prepared(scope.endpoint, object);
          if (scope.manager !== '') ownFields(scope, copy, standing && (conversion?.fromStorage(standing) ?? standing));
          return conversion?.toStorage(copy) ?? copy;
        },
      });
      return this.result<T>(scope, written);
    });
  }

  updateStatus<T extends KubeObject>(resource: Resource<T>, object: T): Promise<T> {
    return this.update(resource, object, { subresource: 'status' });
  }

  async patch<T extends KubeObject>(
    resource: Resource<T>,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    patch: unknown,
    query?: WriteQuery & { force?: boolean },
  ): Promise<T> {
    const subresource = query?.subresource ?? '';
    const scope = this.scope(resource, 'patch', { name, namespace, subresource, query });
    return this.guard(scope, async () => {
      if (type === 'apply') throw applyNotServed();
      const view = subresource === '' ? undefined : viewOf(scope.endpoint, subresource);
      const transform = patching(scope, { kind: type, body: patch }, options(query));
      const written = await updateObject(scope, { options: options(query), transform, ...(view ? { view } : {}) });
      return this.result<T>(scope, written);
    });
  }

  async delete(resource: Resource, name: string, namespace = '', query: DeleteQuery = {}): Promise<KubeObject> {
    const scope = this.scope(resource, 'delete', { name, namespace });
    const { dryRun = false, uid, resourceVersion, ...rest } = query;
    const preconditions = uid === undefined && resourceVersion === undefined ? {} : { preconditions: { uid, resourceVersion } };
    return this.guard(scope, async () => {
      const deleted = await deleteObject(scope, { ...rest, ...preconditions, dryRun });
      if ('status' in deleted) return deleted.status as unknown as KubeObject;
      return this.result<KubeObject>(scope, deleted.written);
    });
  }

  async watch<T extends KubeObject>(resource: Resource<T>, query: ListQuery, handler: WatchHandler<T>): Promise<() => void> {
    const scope = this.scope(resource, 'watch', { namespace: query.namespace });
    const { clock } = this.cluster;
    return this.guard(scope, () =>
      watchObjects(scope, listOptions(search(query, true)), {
        event: (type, stored) => {
          const object = viewObject(scope.endpoint, stored, clock.now()) as T;
          handler.event({ type, object, revision: stored.revision });
        },
        bookmark: () => {},
        end: (error?: StatusError) => handler.end(error),
      }),
    );
  }

  private get cluster(): ClusterScope {
    return this.server.cluster;
  }

  /** What was written, as the cache holds it: parsed once for everybody. */
  private result<T extends KubeObject>(scope: RestScope, { value, revision }: Written): T {
    const stored = storedOf(value, revision);
    const cached = revision === undefined ? undefined : this.cached(scope, value);
    const current = cached !== undefined && cached.revision === revision ? cached : stored;
    return viewObject(scope.endpoint, current, this.cluster.clock.now()) as T;
  }

  /** A created object's name may have been generated: it stands in the text. */
  private cached({ endpoint, namespace, name }: RestScope, value: string) {
    const known = name || (/"name":"([^"\\]+)"/.exec(value)?.[1] ?? '');
    return known === '' ? undefined : this.cluster.store.peek(objectKey(endpoint.storage, namespace, known));
  }

  private prepared(endpoint: Endpoint, object: KubeObject): KubeObject {
    const copy = written(endpoint, plainCopy<KubeObject>(object));
    copy.kind = endpoint.kind;
    copy.apiVersion = endpoint.apiVersion;
    applyDefaults(endpoint, copy);
    endpoint.strategy.setDefaults?.(copy);
    return copy;
  }

  private scope(
    resource: Resource,
    verb: string,
    about: { name?: string; namespace?: string; subresource?: string; query?: WriteQuery },
  ): RestScope {
    const { component, wokenBy } = this.cause;
    const { fence, requestId, user } = this.options;
    const endpoint = this.endpoint(resource);
    const manager = about.query?.fieldManager ?? this.options.manager ?? '';
    const proof = verb === 'get' || verb === 'list' || verb === 'watch' ? undefined : fence?.();
    return {
      cluster: this.cluster,
      endpoint,
      namespace: endpoint.namespaced ? (about.namespace ?? '') : '',
      name: about.name ?? '',
      subresource: about.subresource ?? '',
      verb,
      user: user?.(component) ?? { name: `system:${component ?? 'apiserver'}`, groups: ['system:masters', 'system:authenticated'] },
      requestId: requestId?.() ?? `${component ?? 'internal'}@${wokenBy ?? 0}`,
      warnings: new Warnings(),
      manager,
      ...(component === undefined ? {} : { component }),
      ...(wokenBy === undefined ? {} : { wokenBy }),
      ...(proof === undefined ? {} : { fence: proof }),
    };
  }

  private endpoint(resource: Resource): Endpoint {
    const { group, version, resource: name } = resource;
    const endpoint = this.cluster.catalog.endpoint(group, version, name);
    if (endpoint === undefined) throw notFound({ group, resource: name }, '');
    return endpoint;
  }

  private async guard<R>(scope: RestScope, work: () => Promise<R>): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw toStatusError(error, scope.endpoint.groupResource, scope.verb);
    }
  }
}
