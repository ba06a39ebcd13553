import type { KubeObject, OwnerReference } from '#apimachinery';
import { FOREGROUND, ORPHAN } from './graph.js';

/**
 * The state of an owner: present, gone, present but waiting for its dependents, or of a kind that cannot own the object: it is namespaced, and
 * the object is not.
 */
export type OwnerState = 'solid' | 'gone' | 'waiting' | 'impossible';

/** What to do with an object that has owners. */
export type Verdict =
  | { action: 'keep' }
  /** Some owners exist: the references to the others are removed. */
  | { action: 'release'; uids: string[] }
  | { action: 'delete'; policy: 'Foreground' | 'Background' | 'Orphan'; unblock: boolean };

/**
 * Whether an object with owners is kept (garbagecollector.go attemptToDeleteItem). `dependents`: how many objects depend on it;
 * `dependentWaits`: one of them waits for its own dependents, so there may be a cycle.
 */
export function decide(
  object: KubeObject,
  states: ReadonlyArray<{ owner: OwnerReference; state: OwnerState }>,
  { dependents, dependentWaits }: { dependents: number; dependentWaits: boolean },
): Verdict {
  if (states.length === 0 || states.some(({ state }) => state === 'impossible')) return { action: 'keep' };
  const lost = states.filter(({ state }) => state !== 'solid');
  if (lost.length === 0) return { action: 'keep' };
  if (lost.length < states.length) return { action: 'release', uids: lost.map(({ owner }) => owner.uid) };
  const waiting = lost.some(({ state }) => state === 'waiting');
  if (waiting && dependents > 0) return { action: 'delete', policy: 'Foreground', unblock: dependentWaits };
  const finalizers = object.metadata.finalizers ?? [];
  if (finalizers.includes(ORPHAN)) return { action: 'delete', policy: 'Orphan', unblock: false };
  if (finalizers.includes(FOREGROUND)) return { action: 'delete', policy: 'Foreground', unblock: false };
  return { action: 'delete', policy: 'Background', unblock: false };
}
