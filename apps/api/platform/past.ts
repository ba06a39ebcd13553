import { setImmediate } from 'node:timers/promises';
import type { ResourceInfo } from '#api';
import { inProcessClient, locate, storageKey } from '#apiserver';
import { type Client, type Listed, resourceNamed } from '#client';
import type { DiffSelection } from '#graphql';
import {
  causesOf,
  type Happened,
  Happenings,
  HISTORY_LIMITS,
  LogDiff,
  type ObjectChange,
  readLog,
  Trace,
  type TraceStep,
  traceOfCauses,
} from '#history';
import { type OpenApis, Problem } from '#hosting';
import { Compacted, FutureRevision, type Revision, type Storage, type StorageAdmin } from '#storage';
import { noCluster } from './ids.js';

export interface PastListRequest {
  resource: string;
  revision?: Revision;
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  limit: number;
  continue?: string;
}

export interface TraceRequest {
  /** `deployment/web`. */
  object?: string;
  namespace: string;
  /** A write; default: the last one of a client to the object, or asked backwards, the last one of all. */
  revision?: Revision;
  /** The causes of the write instead of what followed from it. */
  back: boolean;
}

export interface DiffRequest {
  from: Revision;
  /** Default: the current one. */
  to?: Revision | undefined;
  /** Of which objects; default all. */
  of?: DiffSelection | undefined;
}

/** Whether a key is that of an object whose differences are told. */
export function wantedKeys({ kinds, namespace }: DiffSelection): (key: string) => boolean {
  const resources = kinds && new Set(kinds.map(({ group, resource }) => `${group}/${resource}`));
  if (resources === undefined && namespace === undefined) return () => true;
  return (key) => {
    const at = locate(key);
    if (at === undefined) return false;
    return (resources?.has(`${at.group}/${at.resource}`) ?? true) && (namespace === undefined || at.namespace === namespace);
  };
}

const giveWay = () => setImmediate();

/** What the logs of clusters tell. Throws Problems for what does not exist, Compacted and FutureRevision. */
export class Past {
  constructor(
    private readonly apis: Pick<OpenApis, 'open'>,
    private readonly admin: Pick<StorageAdmin, 'open'>,
  ) {}

  /** What happened after a revision, up to another; of a long span, only the newest part. */
  async happened(cluster: string, from: Revision, to: Revision): Promise<Happened> {
    const storage = this.admin.open(cluster);
    const start = Math.max(from, to - HISTORY_LIMITS.entries, await storage.compactRevision());
    const happenings = new Happenings(HISTORY_LIMITS.happenings);
    await readLog(storage, { after: start, to }, { each: (entry) => happenings.add(entry), giveWay });
    return happenings.sum(from, to, start <= from);
  }

  /** The objects of a resource as they were at a revision. */
  /** The newest revision of a cluster, and the oldest that can be read. */
  async revisions(cluster: string): Promise<{ revision: Revision; oldestRevision: Revision }> {
    const storage = this.admin.open(cluster);
    const [revision, oldestRevision] = await Promise.all([storage.revision(), storage.compactRevision()]);
    return { revision, oldestRevision };
  }

  async list(cluster: string, { resource: named, revision, ...query }: PastListRequest): Promise<Listed<object>> {
    const client = await this.clientOf(cluster);
    const resource = await resourceOf(client, named);
    const at =
      revision === undefined || query.continue !== undefined ? {} : { resourceVersion: String(revision), resourceVersionMatch: 'Exact' };
    return client.list(resource, { ...query, ...at });
  }

  /** The objects that differ between two revisions. */
  async diff(cluster: string, { from, to, of = {} }: DiffRequest) {
    const storage = await this.storageOf(cluster);
    const end = to ?? (await storage.revision());
    if (from > end) throw new Problem(422, 'from: must not be greater than to');
    await mustExist(storage, end);
    const wanted = wantedKeys(of);
    const diff = new LogDiff();
    const enough = () => diff.kept > HISTORY_LIMITS.kept;
    const read = await readLog(
      storage,
      { after: from, to: end, enough },
      { each: (entry) => void (wanted(entry.key) && diff.add(entry)), giveWay },
    );
    if (enough()) throw new Problem(422, 'the objects that differ between from and to are too large');
    if (read < end) throw new Problem(422, `there are more than ${HISTORY_LIMITS.entries} revisions between from and to`);
    const items: ObjectChange[] = [];
    const counts = { created: 0, updated: 0, deleted: 0 };
    let all = 0;
    for (const change of diff.changes()) {
      counts[change.change] += 1;
      all += 1;
      if (items.length < HISTORY_LIMITS.steps) items.push(change);
      if (all % 50 === 0) await giveWay();
    }
    return { from, to: end, items, counts, truncated: items.length < all };
  }

  /** What followed from a write so far, or what it followed from. */
  async trace(cluster: string, { back, ...request }: TraceRequest): Promise<{ steps: TraceStep[]; truncated: boolean }> {
    const storage = await this.storageOf(cluster);
    const start = request.revision ?? (await this.lastWrite(cluster, storage, { ...request, back }));
    await mustExist(storage, start);
    if (back) return { steps: traceOfCauses(await causesOf(storage, start)), truncated: false };
    const trace = new Trace((entry) => entry.revision === start);
    const to = await storage.revision();
    const enough = () => trace.steps.length >= HISTORY_LIMITS.steps || trace.kept > HISTORY_LIMITS.kept;
    const read = await readLog(storage, { after: start - 1, to, enough }, { each: (entry) => trace.add(entry), giveWay });
    return { steps: trace.steps, truncated: read < to };
  }

  /** The last write to an object; forwards, the last one of a client if there is one. */
  private async lastWrite(cluster: string, storage: Storage, { object = '', namespace, back }: TraceRequest): Promise<Revision> {
    const [named = '', name = ''] = object.split('/');
    const { group, resource, namespaced } = await resourceOf(await this.clientOf(cluster), named);
    const writes = await storage.history(storageKey({ group, resource, namespace: namespaced ? namespace : '', name }));
    const wanted = back ? writes.at(-1) : (writes.findLast(({ cause }) => cause.component === undefined) ?? writes[0]);
    if (wanted === undefined) throw new Problem(404, `the log has no writes of ${object}`);
    return wanted.revision;
  }

  private async storageOf(cluster: string): Promise<Storage> {
    if ((await this.apis.open(cluster)) === undefined) throw noCluster(cluster);
    return this.admin.open(cluster);
  }

  private async clientOf(cluster: string): Promise<Client> {
    const open = await this.apis.open(cluster);
    if (open === undefined) throw noCluster(cluster);
    return inProcessClient(open.api);
  }
}

async function mustExist(storage: Storage, revision: Revision): Promise<void> {
  const newest = await storage.revision();
  if (revision > newest) throw new FutureRevision(revision, newest);
  const oldest = await storage.compactRevision();
  if (revision < oldest) throw new Compacted(revision, oldest);
}

async function resourceOf(client: Client, text: string): Promise<ResourceInfo> {
  const found = resourceNamed(await client.resources(), text);
  if (found) return found;
  throw new Problem(422, `the server doesn't have a resource type ${JSON.stringify(text.slice(0, 100))}`);
}
