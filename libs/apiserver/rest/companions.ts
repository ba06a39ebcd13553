import { type KubeObject, storedText } from '#apimachinery';
import type { TransactionOptions, WriteOp, WriteResult } from '#storage';
import { storageKey } from './keys.js';
import { causeOf, type RestScope, randomOf } from './scope.js';
import type { Companion } from './strategy.js';

/** The writes that go into the same transaction as an object's own, e.g. the IPAddress of a Service. */
export function companionOps(scope: RestScope, companions: readonly Companion[], at: number): WriteOp[] {
  const cause = causeOf(scope);
  const since = scope.cluster.store.known;
  return companions.map(({ op, group, resource, namespace = '', name, object, expected }): WriteOp => {
    const key = storageKey({ group, resource, namespace, name });
    if (op === 'delete') return { type: 'delete', key, cause, at, ...(expected === undefined ? {} : { expected }) };
    const made = object as KubeObject;
    if (op === 'update') return { type: 'update', key, value: storedText(made), expected: expected ?? 0, cause, at };
    made.metadata.uid = randomOf(scope).draw('uid', key).uuid();
    return { type: 'create', key, value: storedText(made), since, cause, at };
  });
}

/** Terms of a write that takes companions along: all of it or nothing. */
export function companionTerms(scope: RestScope, companions: readonly Companion[]): TransactionOptions {
  return { ...(scope.fence ? { fence: scope.fence } : {}), ...(companions.length > 0 ? { atomic: true } : {}) };
}

/** Whether someone else was at a companion's place meanwhile, so that allocating anew may help. */
export function isTaken(results: readonly WriteResult[]): boolean {
  return results.some((result) => !result.ok && result.reason !== 'aborted');
}
