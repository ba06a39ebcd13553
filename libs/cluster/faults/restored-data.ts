import type { Instant } from '#apimachinery';
import { type ApiServer, keptState, type StateItem } from '#apiserver';
import type { CachedObject } from '#cacher';
import type { WriteOp } from '#storage';

const REGISTRY = '/registry/';
/** Events last an hour: they are left as they are. */
const EVENTS = '/registry/events/';
const CAUSE = { requestId: 'etcd', user: 'system:etcd', component: 'etcd' };
/** Operations of one write. */
const AT_ONCE = 500;

/** Comparisons, if others go on writing meanwhile. */
const ATTEMPTS = 10;

const isRestored = ({ key }: Pick<CachedObject, 'key'>): boolean => !key.startsWith(EVENTS);

/** The writes that make what is stored what it was, as far as they are known after each row. */
function* opsBetween(now: readonly CachedObject[], then: readonly StateItem[], at: Instant): Generator<WriteOp | undefined> {
  const standing = new Map<string, CachedObject>();
  for (const row of now) {
    if (isRestored(row)) standing.set(row.key, row);
    yield undefined;
  }
  for (const { key, value } of then) {
    const row = standing.get(key);
    standing.delete(key);
    if (!isRestored({ key }) || row?.value === value) yield undefined;
    else if (row === undefined) yield { type: 'create', key, value, cause: { ...CAUSE, verb: 'create' }, at };
    else yield { type: 'update', key, value, expected: row.revision, cause: { ...CAUSE, verb: 'update' }, at };
  }
  for (const { key, revision } of standing.values())
    yield { type: 'delete', key, expected: revision, cause: { ...CAUSE, verb: 'delete' }, at };
}

/** Makes what is stored below /registry what it was at a revision, and gives way to others meanwhile. Throws Compacted. */
export async function restoreRegistry({ store, share }: ApiServer['cluster'], revision: number, at: Instant): Promise<void> {
  const work = share.task(store.cluster);
  const then = (await keptState(store, revision)) ?? (await store.list({ prefix: REGISTRY, at: revision })).items;
  // What others write at the same time is met again.
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const { items: now } = await store.list({ prefix: REGISTRY });
    let failed = 0;
    let ops: WriteOp[] = [];
    const write = async () => {
      failed += (await store.write(ops)).filter(({ ok }) => !ok).length;
      ops = [];
    };
    for (const op of opsBetween(now, then, at)) {
      const pending = work.pause();
      if (pending) await pending;
      if (op && ops.push(op) === AT_ONCE) await write();
    }
    if (ops.length > 0) await write();
    if (failed === 0) return;
  }
}
