import type { Instant } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import type { WriteOp } from '#storage';

const REGISTRY = '/registry/';
/** Events last an hour: they are left as they are. */
const EVENTS = '/registry/events/';
const CAUSE = { requestId: 'etcd', user: 'system:etcd', component: 'etcd' };
/** Operations of one write. */
const AT_ONCE = 500;

const isRestored = ({ key }: Pick<CachedObject, 'key'>): boolean => !key.startsWith(EVENTS);

/** The writes that make what is stored what it was. */
function opsBetween(now: readonly CachedObject[], then: readonly CachedObject[], at: Instant): WriteOp[] {
  const standing = new Map(now.filter(isRestored).map((row) => [row.key, row]));
  const ops: WriteOp[] = [];
  for (const { key, value } of then.filter(isRestored)) {
    const row = standing.get(key);
    standing.delete(key);
    if (row === undefined) ops.push({ type: 'create', key, value, cause: { ...CAUSE, verb: 'create' }, at });
    else if (row.value !== value) ops.push({ type: 'update', key, value, expected: row.revision, cause: { ...CAUSE, verb: 'update' }, at });
  }
  for (const { key, revision } of standing.values())
    ops.push({ type: 'delete', key, expected: revision, cause: { ...CAUSE, verb: 'delete' }, at });
  return ops;
}

/** Makes what is stored below /registry what it was at a revision. Throws Compacted. */
export async function restoreRegistry(store: ClusterStore, revision: number, at: Instant): Promise<void> {
  const { items: then } = await store.list({ prefix: REGISTRY, at: revision });
  // What others write at the same time is met again.
  for (;;) {
    const { items: now } = await store.list({ prefix: REGISTRY });
    const ops = opsBetween(now, then, at);
    if (ops.length === 0) return;
    let written = 0;
    for (let from = 0; from < ops.length; from += AT_ONCE) {
      const results = await store.write(ops.slice(from, from + AT_ONCE));
      written += results.filter(({ ok }) => ok).length;
    }
    if (written === ops.length || written === 0) return;
  }
}
