import { parseGoDuration, SteppedClock } from '#apimachinery';
import { buildTemplate, clusterTemplates, type LocalCluster, localCluster, profiles } from '#cluster';
import { DEFAULT_NODES } from '#kubeadm';
import { type LogEntry, memoryStorage, type Storage, type StorageAdmin } from '#storage';
import { localTarget } from '../workload/local-target.js';
import type { Step } from '../workload/step.js';

/** When the clusters begin. */
export const START = Date.parse('2026-01-01T00:00:00Z');

/** A life of so many awaits of the store: then the process is gone, and no promise of it is resolved any more. */
export class Life {
  spent = 0;
  readonly over: Promise<'killed'>;
  private sparing = false;
  private end: () => void = () => undefined;

  constructor(private readonly calls: number) {
    this.over = new Promise((resolve) => {
      this.end = () => resolve('killed');
    });
  }

  /** Nothing of this is spent. */
  async spared(work: () => Promise<void>): Promise<void> {
    this.sparing = true;
    await work();
    this.sparing = false;
  }

  /** Resolves unless the life is over. */
  async spend(): Promise<void> {
    if (this.sparing) return;
    this.spent += 1;
    if (this.spent <= this.calls) return;
    this.end();
    await new Promise(() => undefined);
  }
}

/** The storage as a process of such a life uses it: it may end before a call, or after it but before its answer. */
export function mortal(storage: Storage, life: Life): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        await life.spend();
        const answer = await value.apply(target, args);
        await life.spend();
        return answer;
      };
    },
  });
}

let shared: { admin: StorageAdmin; templates: ReturnType<typeof clusterTemplates> } | undefined;
let made = 0;

/** The store of a new cluster. */
export async function newStorage(): Promise<Storage> {
  const admin = shared?.admin ?? memoryStorage();
  shared ??= { admin, templates: clusterTemplates({ admin, rootCA: '', version: '', build: buildTemplate, now: () => START }) };
  const { cluster, replacements } = await shared.templates.of({ nodes: DEFAULT_NODES });
  made += 1;
  await admin.copy(cluster, `killed-${made}`, { replace: replacements(START, 'seed') });
  return admin.open(`killed-${made}`);
}

async function request(cluster: LocalCluster, { method, path, body, type = 'application/json' }: Extract<Step, { method: string }>) {
  const status = await localTarget(cluster).request(method, path, body, type);
  if (status >= 300) throw new Error(`${method} ${path}: ${status}`);
}

/** What a cluster has become. */
export interface Outcome {
  log: LogEntry[];
  /** Keys and values of all objects in the end. */
  objects: ReadonlyMap<string, string>;
  /** Awaits of the store by the last worker. */
  awaits: number;
}

/** What a cluster has become when its last worker has lived so long. */
export async function outcomeOf(storage: Storage, { spent }: Life): Promise<Outcome> {
  const { items } = await storage.list({ prefix: '/' });
  return {
    log: await storage.log({ after: await storage.compactRevision() }),
    objects: new Map(items.map(({ key, value }) => [key, value])),
    awaits: spent,
  };
}

/**
 * Does steps to a new cluster whose worker dies after each of the given numbers of awaits (none of them in a client's request); the next
 * one finds nothing but the store. After these lives a worker lives to the end.
 */
export async function afterLives(steps: readonly Step[], lives: readonly number[]): Promise<Outcome> {
  const storage = await newStorage();
  const clock = new SteppedClock(START);
  const parts = { clock, seed: 'seed', profile: profiles.realistic, rootCA: '', autorun: false };
  const left = [...lives];
  const born = () => {
    const life = new Life(left.shift() ?? Number.POSITIVE_INFINITY);
    return { life, cluster: localCluster({ ...parts, storage: mortal(storage, life) }) };
  };
  let worker = born();
  const work = async (milliseconds: number): Promise<void> => {
    const target = clock.now() + milliseconds;
    while ((await Promise.race([worker.cluster.advance(target - clock.now()), worker.life.over])) === 'killed') worker = born();
  };
  for (const step of steps) {
    if ('advance' in step) await work(parseGoDuration(step.advance) ?? 0);
    else if ('method' in step) {
      await worker.life.spared(() => request(worker.cluster, step));
      await work(0);
    }
  }
  return outcomeOf(storage, worker.life);
}
