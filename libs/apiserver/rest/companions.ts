import { type KubeObject, storedText } from '#apimachinery';
import type { WriteOp, WriteOptions, WriteResult } from '#storage';
import { keyOf } from './keys.js';
import { causeOf, type RestScope } from './scope.js';
import type { Companion } from './strategy.js';

/** The writes that go into the same transaction as an object's own, e.g. the IPAddress of a Service. */
export function companionOps(scope: RestScope, companions: readonly Companion[], at: number): WriteOp[] {
  const cause = causeOf(scope);
  return companions.map(({ op, group, resource, namespace = '', name, object, expected }): WriteOp => {
    const key = keyOf({ group, resource, namespace, name });
    if (op === 'delete') return { type: 'delete', key, cause, at, ...(expected === undefined ? {} : { expected }) };
    return { type: 'create', key, value: storedText(object as KubeObject), cause, at };
  });
}

/** Terms of a write that takes companions along: all of it or nothing. */
export function companionTerms(scope: RestScope, companions: readonly Companion[]): WriteOptions {
  return { ...(scope.fence ? { fence: scope.fence } : {}), ...(companions.length > 0 ? { atomic: true } : {}) };
}

/** Whether a companion's place was taken by someone else meanwhile, so that allocating anew may help. */
export function isTaken(results: readonly WriteResult[]): boolean {
  return results.some((result) => !result.ok && result.reason === 'exists');
}
