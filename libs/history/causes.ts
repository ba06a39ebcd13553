import { type ChainStep, EventChain } from './chain.js';
import type { HistoryEntry, UnreadableEntry } from './history.js';

/** A write that its reader may not read: that it was, its place, and what it followed from; nothing else is told. */
export interface HiddenStep extends Pick<ChainStep, 'revision' | 'wokenBy' | 'depth' | 'summary'> {
  type: 'HIDDEN';
  component: null;
  user: null;
  verb: null;
  subresource: null;
  requestId: null;
  at: null;
  sinceStartMs: null;
  sinceCauseMs: null;
  previousRevision: null;
  object: null;
}

/** A step as its reader sees it. `sinceCauseMs` is null where the cause is hidden: when it was is not told. */
export type SeenStep = (Omit<ChainStep, 'sinceCauseMs'> & { sinceCauseMs: number | null }) | HiddenStep;

const nothing = {
  component: null,
  user: null,
  verb: null,
  subresource: null,
  requestId: null,
  at: null,
  sinceStartMs: null,
  sinceCauseMs: null,
  previousRevision: null,
  object: null,
};

/**
 * A write and its causes as a chain: `writes` are the first one, the one that followed from it, and so on. Times count from the first one that
 * may be read.
 */
export function stepsOfCauses(writes: ReadonlyArray<HistoryEntry | UnreadableEntry>): SeenStep[] {
  const isHidden = (at: number): boolean => 'refused' in (writes[at] ?? {});
  const place = new Map(writes.map(({ revision }, at) => [revision, at]));
  const begins = ({ revision }: HistoryEntry): boolean => {
    const at = place.get(revision) ?? 0;
    return at === 0 || isHidden(at - 1);
  };
  const chain = new EventChain(begins, true);
  /** How many writes are before the one with which the readable ones here begin. */
  let before = 0;
  return writes.flatMap((write, at): SeenStep[] => {
    if ('refused' in write) {
      const wokenBy = at === 0 ? null : (write.wokenBy ?? null);
      return [{ ...nothing, type: 'HIDDEN', revision: write.revision, wokenBy, depth: at, summary: 'a write that you may not read' }];
    }
    const steps = chain.next(write);
    if (at === 0 || !begins(write)) return steps.map((step) => ({ ...step, depth: step.depth + before }));
    before = at;
    return steps.map((step) => {
      const placed = { ...step, depth: step.depth + at };
      return step.type === 'RULE' ? placed : { ...placed, wokenBy: write.cause.wokenBy ?? null, sinceCauseMs: null };
    });
  });
}
