import type { ApiServer } from '#apiserver';
import type { CachedObject } from '#cacher';
import { FAULTS_KEY, type Fault, type FaultList } from './fault.js';

/** What is broken, and what has been injected and healed since it was told last. */
export interface FaultChange {
  faults: readonly Fault[];
  injected: readonly Fault[];
  healed: readonly Fault[];
}

/** Who follows the faults. */
export interface FaultFollower {
  next(change: FaultChange): void;
  /** Nothing more is told. */
  end(error?: Error): void;
}

/** How faults differ; undefined if they do not. A fault is never changed, and no two have the same id. */
export function changeBetween(before: readonly Fault[], faults: readonly Fault[]): FaultChange | undefined {
  const [had, has] = [before, faults].map((list) => new Set(list.map(({ id }) => id))) as [Set<string>, Set<string>];
  const injected = faults.filter(({ id }) => !had.has(id));
  const healed = before.filter(({ id }) => !has.has(id));
  return injected.length + healed.length === 0 ? undefined : { faults, injected, healed };
}

const faultsIn = (row: CachedObject | undefined): readonly Fault[] => (row?.object as FaultList | undefined)?.faults ?? [];

/** Tells the faults as they are now, then each change, until stopped. */
export async function followFaults({ cluster: { store } }: ApiServer, follower: FaultFollower): Promise<() => void> {
  const after = await store.revision();
  let told = faultsIn(await store.get(FAULTS_KEY));
  follower.next({ faults: told, injected: [], healed: [] });
  return store.watch('/machine/', after, {
    event({ current, type }) {
      if (current.key !== FAULTS_KEY) return;
      const faults = type === 'delete' ? [] : faultsIn(current);
      const change = changeBetween(told, faults);
      told = faults;
      if (change) follower.next(change);
    },
    end: (error) => follower.end(error),
  });
}
