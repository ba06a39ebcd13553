import type { Storage } from '#storage';
import { newClock, sameMode, timeOf } from './cluster-clock.js';
import { ClusterFileReader, ClusterFileWriter, type ClusterHeader, type FiledObject, FileRefused } from './cluster-file.js';
import { addCopy, type ClustersOptions } from './clusters.js';
import { randomId } from './ids.js';
import type { Cluster } from './records.js';

/** Objects of the first page that is read or written at once; the size of later ones follows from how long they are. */
const FIRST_PAGE = 20;
const LARGEST_PAGE = 500;
const PAGE_LENGTH = 2 * 1024 * 1024;
/** kube-apiserver --event-ttl: leases are not in the file. */
const EVENT_TTL = 3_600_000;
const EVENTS = '/registry/events/';
/** Of objects that have to be checked, which is done in memory. */
const LONGEST_FOREIGN = 32 * 1024 * 1024;

/** What is made of a file. */
interface ImportRequest {
  organizationId: string;
  /** Default: the name that the cluster had. */
  name?: string;
}

/** Clusters as files. */
export interface Transfers {
  /** The lines of the file, with the objects of one revision. Undefined if the cluster does not exist. */
  export(id: string): Promise<AsyncGenerator<string, void> | undefined>;
  /**
   * A new cluster with the objects of a file: with the same seed, nodes and kind of clock, but an id, a token and keys of its own. Throws
   * FileRefused, NameTaken, OrganizationGone, TooManyClusters.
   */
  import(file: AsyncIterable<Buffer>, request: ImportRequest): Promise<{ cluster: Cluster; token: string }>;
}

/** Checks files that this installation has not written, or that were changed since. Both throw FileRefused. */
interface ForeignFiles {
  /** A header, from what stands in the file. */
  header(found: object): ClusterHeader;
  /** What is taken of the objects. */
  accept(objects: FiledObject[]): Promise<FiledObject[]>;
}

export interface TransfersOptions extends ClustersOptions {
  foreign: ForeignFiles;
  /** The components of a cluster: each has work to do in an imported one. */
  components: readonly string[];
  wake(cluster: string): void;
}

const nextPage = (length: number, objects: number): number =>
  Math.max(1, Math.min(LARGEST_PAGE, Math.floor((PAGE_LENGTH * objects) / (length + 1))));

async function* lines(storage: Storage, header: ClusterHeader, writer: ClusterFileWriter): AsyncGenerator<string, void> {
  yield writer.header(header);
  let limit = FIRST_PAGE;
  for (let after: string | undefined; ; ) {
    const { items, remaining } = await storage.list({ prefix: '/', limit, at: header.revision, ...(after !== undefined && { after }) });
    const page = items.map((item) => writer.object(item)).join('');
    if (page.length > 0) yield page;
    if (remaining === 0 || items.length === 0) break;
    after = items.at(-1)?.key;
    limit = nextPage(page.length, items.length);
  }
  yield writer.end();
}

async function headerOf({ storage, now }: TransfersOptions, cluster: Cluster): Promise<ClusterHeader> {
  const { now: stepped = 0, revision } = await storage.open(cluster.id).clock();
  const time = timeOf(cluster.clock, now());
  const { name, nodes, features, templateId, profile, seed } = cluster;
  return {
    ...{ name, nodes, profile, seed },
    ...(features && { features }),
    ...(templateId !== undefined && { templateId }),
    clock: sameMode(cluster.clock),
    now: cluster.clock.mode === 'stepped' ? Math.max(time, stepped) : time,
    revision,
  };
}

/** Writes objects into a cluster of the store page by page. */
class Loading {
  private page: FiledObject[] = [];
  private length = 0;
  private objects = 0;
  private bytes = 0;

  constructor(
    private readonly storage: Storage,
    private readonly quotas: { objects: number; storedBytes: number },
    private readonly now: number,
  ) {}

  async add(object: FiledObject): Promise<void> {
    const { objects, storedBytes } = this.quotas;
    this.objects += 1;
    this.bytes += object.value.length;
    if (this.objects > objects) throw new FileRefused(`exceeded quota: a cluster has at most ${objects} objects`);
    if (this.bytes > storedBytes) throw new FileRefused(`exceeded quota: a cluster has at most ${storedBytes} bytes`);
    this.page.push(object);
    this.length += object.value.length;
    if (this.page.length >= LARGEST_PAGE || this.length >= PAGE_LENGTH) await this.flush();
  }

  async flush(): Promise<void> {
    const cause = { requestId: 'import', user: 'orrery:platform', verb: 'create' };
    const at = this.now;
    const ops = this.page.map(({ key, value }) => ({
      ...{ type: 'create' as const, key, value, cause, at },
      ...(key.startsWith(EVENTS) && { expiresAt: at + EVENT_TTL }),
    }));
    this.page = [];
    this.length = 0;
    if (ops.length > 0) await this.storage.write(ops);
  }
}

/** Replaces the objects of a file that this installation has not written by those that are taken of them. */
async function acceptForeign({ storage, foreign }: TransfersOptions, staged: string, found: ClusterHeader): Promise<ClusterHeader> {
  // Its template is one of another installation, and its machines in the cloud are not in the file.
  const { templateId: _, features, ...header } = foreign.header(found);
  const { cloud: _cloud, ...others } = features ?? {};
  const { items } = await storage.open(staged).list({ prefix: '/' });
  if (items.reduce((sum, { value }) => sum + value.length, 0) > LONGEST_FOREIGN)
    throw new FileRefused(`a file that this installation has not written may have at most ${LONGEST_FOREIGN} bytes`);
  const accepted = await foreign.accept(items.map(({ key, value }) => ({ key, value })));
  await storage.destroy(staged);
  await storage.create(staged);
  const loading = new Loading(storage.open(staged), { objects: accepted.length, storedBytes: Number.POSITIVE_INFINITY }, header.now);
  for (const object of accepted) await loading.add(object);
  await loading.flush();
  return { ...header, features: others };
}

/** Reads a file into the store's cluster `staged`; the header when it is whole. */
async function load(
  options: TransfersOptions,
  staged: string,
  file: AsyncIterable<Buffer>,
  organizationId: string,
): Promise<ClusterHeader> {
  const { storage, tokenKey, quotas } = options;
  const reader = new ClusterFileReader(tokenKey);
  await storage.create(staged);
  let loading: Loading | undefined;
  for await (const piece of file) {
    for (const object of reader.push(piece)) {
      loading ??= new Loading(storage.open(staged), await quotas.of(organizationId), reader.header?.now ?? 0);
      await loading.add(object);
    }
  }
  const header = reader.finish();
  await loading?.flush();
  return reader.sealed ? header : acceptForeign(options, staged, header);
}

async function importFile(options: TransfersOptions, file: AsyncIterable<Buffer>, { organizationId, name }: ImportRequest) {
  const { storage, records, now } = options;
  const id = randomId();
  const staged = `import-${id}`;
  // What an interrupted import leaves is removed as templates are that nobody uses any more.
  await storage.templateUsed(staged, now());
  try {
    const header = await load(options, staged, file, organizationId);
    const machine = now();
    const { nodes, profile, seed, features, templateId } = header;
    const template = templateId === undefined ? undefined : await records.template(templateId);
    const start = header.clock.mode === 'real' ? machine : header.now;
    const cluster: Cluster = {
      ...{ id, organizationId, name: name ?? header.name, nodes, profile, seed },
      clock: newClock(header.clock, start, machine),
      ...(features && Object.keys(features).length > 0 && { features }),
      ...(template?.organizationId === organizationId && { templateId: template.id }),
      createdAt: new Date(machine),
    };
    const token = await addCopy(options, cluster, { from: staged, components: options.components });
    options.wake(id);
    return { cluster, token };
  } finally {
    await storage.destroy(staged);
  }
}

/** Writes clusters as files, and makes clusters of files. */
export function createTransfers(options: TransfersOptions): Transfers {
  return {
    async export(id) {
      const cluster = await options.records.cluster(id);
      if (!cluster) return undefined;
      const header = await headerOf(options, cluster);
      return lines(options.storage.open(id), header, new ClusterFileWriter(options.tokenKey));
    },
    import: (file, request) => importFile(options, file, request),
  };
}
