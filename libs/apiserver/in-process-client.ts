import { Pod, preferredResources, type Resource, type ResourceInfo } from '#api';
import { type KubeObject, notFound, plainCopy, type StatusError } from '#apimachinery';
import type {
  CausalClient,
  DeleteQuery,
  GetQuery,
  Listed,
  ListQuery,
  LogQuery,
  PatchType,
  WatchHandler,
  WriteCause,
  WriteQuery,
  WriteReport,
} from '#client';
import type { ApiServer } from './api-server.js';
import type { AuditEvent } from './audit/audit-event.js';
import { applying, patching } from './endpoints/write-handlers.js';
import { widthOf } from './flow-control/width.js';
import { loopOf } from './flow-control/work-share.js';
import { audited, type Followed } from './in-process-audit.js';
import type { InProcessOptions } from './in-process-options.js';
import {
  cachedObject,
  capable,
  createIn,
  deleteIn,
  logIn,
  NO_RESOURCE,
  options,
  prepared,
  type Subject,
  search,
} from './in-process-requests.js';
import { listOptions } from './request/options.js';
import { listPrefix, requestNamespace } from './rest/keys.js';
import type { ClusterScope, RestScope } from './rest/scope.js';
import type { Created, RestStorage, Updated, Written } from './rest/storage.js';
import { toStatusError } from './rest/storage-errors.js';
import type { UserInfo } from './rest/strategy.js';
import { type Stored, storedOf, viewObject } from './rest/view.js';
import { Warnings } from './rest/warnings.js';

/**
 * The pipeline as a client, without HTTP and serialization: objects in, objects out. Every request is authorized for its user. Objects that
 * are passed in are copied, so they may contain parts of shared objects.
 */
export function inProcessClient(server: ApiServer, options: InProcessOptions = {}): CausalClient {
  return new InProcessClient(server, { ...options, auditor: server.auditor }, {});
}

const LOOPBACK: UserInfo = Object.freeze({ name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] });

class InProcessClient implements CausalClient {
  constructor(
    private readonly server: ApiServer,
    private readonly options: InProcessOptions & Followed,
    private readonly cause: WriteCause,
  ) {}

  as(cause: WriteCause): CausalClient {
    return new InProcessClient(this.server, this.options, { ...this.cause, ...cause });
  }

  resources(): Promise<readonly ResourceInfo[]> {
    const user = this.user();
    const attributes = { user, verb: 'get', isResource: false, path: '/apis', ...NO_RESOURCE };
    return audited(this.options, { verb: 'get' }, (audit) =>
      this.server.dispatcher.run(attributes, { width: () => 1, ...(audit && { audit }) }, async () => {
        await this.cluster.storages.refresh();
        return preferredResources(this.cluster.storages.served());
      }),
    );
  }

  get<T extends KubeObject>(resource: Resource<T>, name: string, namespace = '', query: GetQuery = {}): Promise<T> {
    return this.call(resource, { verb: 'get', name, namespace, subresource: query.subresource }, async (scope) => {
      const { answer } = scope.storage;
      // What is answered to the request itself is of no stored object.
      if (answer !== undefined) return (await answer(scope, new URLSearchParams(query.selectors))) as T;
      const get = capable(scope, scope.storage.get);
      return this.shown<T>(scope, await get(scope, ''));
    });
  }

  list<T extends KubeObject>(resource: Resource<T>, query: ListQuery = {}): Promise<Listed<T>> {
    return this.call(resource, { verb: 'list', namespace: query.namespace }, async (scope) => {
      const listing = await capable(scope, scope.storage.list)(scope, listOptions(search(query, false)));
      const items: T[] = [];
      const pause = loopOf(this.cluster.share, this.cluster.store.cluster);
      for (const item of listing.items) {
        await pause();
        items.push(this.shown<T>(scope, item)); // Parsed if it is not in the cache.
      }
      return {
        items,
        resourceVersion: String(listing.revision),
        ...(listing.continue ? { continue: listing.continue } : {}),
        ...(listing.remaining === undefined ? {} : { remaining: listing.remaining }),
      };
    });
  }

  podLog(name: string, namespace: string, query: LogQuery = {}): Promise<string> {
    return this.call(Pod, { verb: 'get', name, namespace, subresource: 'log' }, (scope) => logIn(scope, query));
  }

  create<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T> {
    return this.call(resource, { verb: 'create', namespace: object.metadata.namespace, query }, async (scope) => {
      return this.created<T>(scope, await createIn(scope, object, query));
    });
  }

  createOnly<T extends KubeObject>(resource: Resource<T>, object: T, queued?: () => void): Promise<void> {
    return this.call(resource, { verb: 'create', namespace: object.metadata.namespace, queued }, async (scope) => {
      await createIn(scope, object, undefined);
    });
  }

  createSubresource<R extends KubeObject>(
    resource: Resource,
    name: string,
    namespace: string | undefined,
    subresource: string,
    body: KubeObject,
    query?: Pick<WriteQuery, 'report'>,
  ): Promise<R> {
    return this.call(resource, { verb: 'create', name, namespace, subresource, query }, async (scope) => {
      const create = capable(scope, scope.storage.create);
      return this.created<R>(scope, await create(scope, plainCopy<KubeObject>(body), options(undefined)));
    });
  }

  update<T extends KubeObject>(resource: Resource<T>, object: T, query?: WriteQuery): Promise<T> {
    const { name, namespace, uid } = object.metadata;
    return this.call(resource, { verb: 'update', name, namespace, subresource: query?.subresource, query }, async (scope, told) => {
      const update = capable(scope, scope.storage.update);
      const { shape, subresource } = scope.storage;
      const updated = await update(scope, {
        options: options(query),
        ...(uid ? { uid } : {}),
        transform: () => (subresource === '' ? prepared(shape, object) : plainCopy<KubeObject>(object)),
      });
      return this.changed<T>(scope, updated, told);
    });
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
    return this.call(resource, { verb: 'patch', name, namespace, subresource: query?.subresource, query }, async (scope, told) => {
      const update = capable(scope, scope.storage.update);
      if (type === 'apply') {
        const configured = { configuration: plainCopy(patch as Record<string, unknown>) };
        const change = applying(scope, configured, { ...options(query), force: query?.force ?? false });
        return this.changed<T>(scope, await update(scope, change), told);
      }
      return this.changed<T>(scope, await update(scope, patching(scope, { kind: type, body: patch }, options(query))), told);
    });
  }

  delete(resource: Resource, name: string, namespace = '', query: DeleteQuery = {}): Promise<KubeObject> {
    return this.call(resource, { verb: 'delete', name, namespace, query }, async (scope) => {
      const deleted = await deleteIn(scope, query);
      return 'status' in deleted ? (deleted.status as unknown as KubeObject) : this.result<KubeObject>(scope, deleted.written);
    });
  }

  deleteOnly(resource: Resource, name: string, namespace = '', query: DeleteQuery = {}): Promise<void> {
    return this.call(resource, { verb: 'delete', name, namespace }, async (scope) => {
      await deleteIn(scope, query);
    });
  }

  watch<T extends KubeObject>(resource: Resource<T>, query: ListQuery, handler: WatchHandler<T>): Promise<() => void> {
    return this.call(resource, { verb: 'watch', namespace: query.namespace }, (scope) => {
      const watch = capable(scope, scope.storage.watch);
      const { shape } = scope.storage;
      // The scope is not kept as long as the watch: a cluster has many.
      return watch(scope, listOptions(search(query, true)), {
        event: (type, stored) =>
          handler.event({ type, object: viewObject(shape, stored, this.cluster.clock.now()) as T, revision: stored.revision }),
        end: (error?: StatusError) => handler.end(error),
      });
    });
  }

  private get cluster(): ClusterScope {
    return this.server.cluster;
  }

  private shown<T extends KubeObject>({ storage }: RestScope, stored: Stored): T {
    return viewObject(storage.shape, stored, this.cluster.clock.now()) as T;
  }

  /** The written object; what it was before is told if it is of the same kind: a Scale is not. */
  private changed<T extends KubeObject>(scope: RestScope, updated: Updated, told: WriteReport | undefined): T {
    const { storage } = scope;
    if (told && updated.previous && storage.shape === storage.resource) told.before = this.shown(scope, updated.previous);
    return this.result<T>(scope, updated);
  }

  private created<T extends KubeObject>(scope: RestScope, created: Created): T {
    return 'answer' in created ? (created.answer as T) : this.result<T>(scope, created);
  }

  /** The written object, as cached: parsed once for all readers. */
  private result<T extends KubeObject>(scope: RestScope, written: Written): T {
    const { object, revision } = written;
    if (object !== undefined && revision !== undefined) return this.shown<T>(scope, { value: '', object, revision });
    const { value } = written;
    const cached = revision === undefined ? undefined : cachedObject(scope, value);
    // A dry run has the revision of what is stored, and another value.
    const isCached = cached !== undefined && cached.revision === revision && cached.value === value;
    return this.shown<T>(scope, isCached ? cached : storedOf(value, revision));
  }

  private async call<R>(resource: Resource, subject: Subject, work: (scope: RestScope, told?: WriteReport) => Promise<R>): Promise<R> {
    const preparing = this.cluster.storages.prepare(resource.group, resource.version, resource.resource);
    if (preparing) await preparing;
    const storage = this.storage(resource, subject);
    const warnings = new Warnings();
    const report = subject.query?.report;
    // What an object was before has to be parsed again, so it is only shown to those who ask.
    const told: WriteReport | undefined = report && { warnings: warnings.texts };
    try {
      return await audited(this.options, { verb: subject.verb, warnings }, (audit) =>
        this.run(resource, this.scope(storage, { ...subject, warnings, audit }), (scope) => work(scope, told)),
      );
    } finally {
      report?.({ ...told, warnings: warnings.texts });
    }
  }

  private async run<R>(resource: Resource, scope: RestScope, work: (scope: RestScope) => Promise<R>): Promise<R> {
    const { storage, audit } = scope;
    const { group, version, resource: plural } = storage.resource;
    const { user, verb, name, subresource } = scope;
    const namespace = requestNamespace({ group, resource: plural, namespace: scope.namespace, name });
    const attributes = { user, verb, isResource: true, path: '', group, version, resource: plural, subresource, namespace, name };
    try {
      const objects = () => this.cluster.store.countOf(listPrefix(resource.group, resource.resource, namespace));
      const width = () => widthOf(attributes, { body: 0, objects });
      return await this.server.dispatcher.run(attributes, { width, ...(audit && { audit }) }, () => {
        if (audit) audit.served = true;
        return work(scope);
      });
    } catch (error) {
      throw toStatusError(error, storage.resource.groupResource);
    }
  }

  private user(): UserInfo {
    return this.options.user?.(this.cause) ?? LOOPBACK;
  }

  private storage({ group, version, resource }: Resource, { subresource, name = '' }: Subject): RestStorage {
    const storage = this.cluster.storages.find(group, version, resource, subresource);
    if (storage === undefined) throw notFound({ group, resource }, name);
    return storage;
  }

  private scope(storage: RestStorage, subject: Subject & Pick<RestScope, 'warnings'> & { audit: AuditEvent | undefined }): RestScope {
    const { verb, name = '', namespace = '', query, queued, warnings, audit } = subject;
    const { component, wokenBy, decision } = this.cause;
    const { fence, requestId, manager } = this.options;
    if (audit) audit.dryRun = query?.dryRun ?? false;
    const proof = verb === 'get' || verb === 'list' || verb === 'watch' ? undefined : fence?.();
    return {
      cluster: this.cluster,
      storage,
      resource: storage.resource,
      namespace: storage.resource.namespaced ? namespace : '',
      name,
      subresource: storage.subresource,
      verb,
      user: this.user(),
      requestId: requestId?.() ?? `${component ?? 'internal'}@${wokenBy ?? 0}`,
      warnings,
      ...(audit && { audit }),
      work: this.cluster.share.task(this.cluster.store.cluster),
      manager: query?.fieldManager ?? manager ?? '',
      ...(component === undefined ? {} : { component }),
      ...(wokenBy === undefined ? {} : { wokenBy }),
      ...(decision && { decision }),
      ...(proof === undefined ? {} : { fence: proof }),
      ...(queued && { queued }),
    };
  }
}
