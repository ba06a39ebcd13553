import type { KubeObject, OwnerReference } from '#apimachinery';
import { FOREGROUND, ORPHAN } from './graph.js';

/** What has become of an owner: there, gone, there but waiting for its dependents to go, or not to be told. */
export type OwnerState = 'solid' | 'gone' | 'waiting';

/** What is to be done about an object with owners. */
export type Verdict =
  | { action: 'keep' }
  /** Some owners are there: the references to the others are dropped. */
  | { action: 'release'; uids: string[] }
  | { action: 'delete'; policy: 'Foreground' | 'Background' | 'Orphan'; unblock: boolean };

/**
 * Whether an object with owners is to stay (garbagecollector.go attemptToDeleteItem).
 * `dependents`: how many depend on it in turn; `dependentWaits`: one of them waits for its own dependents, so that there may be a circle.
 */
export function decide(
  object: KubeObject,
  states: ReadonlyArray<{ owner: OwnerReference; state: OwnerState }>,
  { dependents, dependentWaits }: { dependents: number; dependentWaits: boolean },
): Verdict {
  if (states.length === 0) return { action: 'keep' };
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
