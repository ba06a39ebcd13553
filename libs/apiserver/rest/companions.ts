import { type KubeObject, storedText } from '#apimachinery';
import type { TransactionOptions, WriteOp, WriteResult } from '#storage';
import { storageKey } from './keys.js';
import { causeOf, type RestScope, randomOf } from './scope.js';
import type { Companion } from './strategy.js';

/** Writes in the same transaction as the object's own, e.g. of a Service's IPAddress. */
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

/** The transaction options of a write with companions: all or nothing. */
export function companionTerms(scope: RestScope, companions: readonly Companion[]): TransactionOptions {
  return { ...(scope.fence ? { fence: scope.fence } : {}), ...(companions.length > 0 ? { atomic: true } : {}) };
}

/** Whether a companion conflicted with another write, so that a new allocation may succeed. */
export function isTaken(results: readonly WriteResult[]): boolean {
  return results.some((result) => !result.ok && result.reason !== 'aborted');
}
