import { formatGoDuration, type Instant, type KubeObject } from '#apimachinery';
import type { HistoryEntry } from './history.js';
import { ruleAfter } from './rule.js';

/**
 * One step of a chain: who wrote what, which earlier write woke the writer, and how long that took; or a rule: what a component then does
 * without a write. Times in milliseconds of cluster time.
 */
export interface ChainStep {
  revision: number;
  /** The revision of the object before this write; null if this one created it. */
  previousRevision: number | null;
  type: 'CREATED' | 'UPDATED' | 'DELETED' | 'RULE' | 'SETTLED';
  /** The component that wrote; null for a client's write. */
  component: string | null;
  user: string;
  verb: string | null;
  /** The subresource through which it was written; null: the object itself. */
  subresource: string | null;
  /** The id of the request: of a client's, its Audit-Id. */
  requestId: string;
  /** The revision that woke the component; null for the first write. */
  wokenBy: number | null;
  /** Number of steps from the first write, which has 0. */
  depth: number;
  at: string;
  sinceStartMs: number;
  sinceCauseMs: number;
  summary: string;
  /** The key of the object that was written, or that the rule is of. */
  key: string;
  /** As it was written; for a rule, what it is made of. */
  object: KubeObject;
}

interface Member {
  depth: number;
  at: number;
}

/** Where a write stands in its chain. */
interface Place {
  depth: number;
  causedAt: number;
}

const NONE: readonly ChainStep[] = [];

interface PodSeen {
  node?: string;
  phase?: string;
  ready: boolean;
}

const isPod = (object: KubeObject): boolean => object.kind === 'Pod' && object.apiVersion === 'v1';

function podSeen(object: KubeObject): PodSeen {
  const { spec, status } = object as KubeObject & {
    spec?: { nodeName?: string };
    status?: { phase?: string; conditions?: Array<{ type: string; status: string }> };
  };
  return {
    node: spec?.nodeName,
    phase: status?.phase,
    ready: status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') ?? false,
  };
}

function podSummary(before: PodSeen | undefined, now: PodSeen): string | undefined {
  if (!before) return undefined;
  if (now.node && !before.node) return `bound to node ${now.node}`;
  if (now.phase !== before.phase) return `is ${now.phase}${now.ready ? ' and ready' : ''}`;
  if (now.ready !== before.ready) return now.ready ? 'became ready' : 'is no longer ready';
  return undefined;
}

/** A short description of a write. */
function sentence(entry: HistoryEntry, object: KubeObject, change: string | undefined): string {
  const who = entry.cause.component ?? entry.cause.user;
  const what = `${object.kind} ${object.metadata.name}`;
  if (object.kind === 'Event' && object.apiVersion === 'v1') {
    const event = object as KubeObject & { reason?: string; message?: string };
    return `${who}: ${event.reason ?? ''}: ${event.message ?? ''}`;
  }
  if (change) return `${who}: ${what} ${change}`;
  if (entry.type === 'delete') return `${who} removed ${what}`;
  return `${who} ${entry.previousRevision === undefined ? 'created' : 'updated'} ${what}`;
}

function parse(entry: HistoryEntry): KubeObject {
  const object = JSON.parse(entry.value) as KubeObject;
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(entry.revision) } };
}

/**
 * Follows one write through the log: an entry belongs to the chain if the revision that woke its writer does. Entries must be passed in
 * revision order.
 */
export class EventChain {
  private readonly members = new Map<number, Member>();
  private readonly pods = new Map<string, PodSeen>();
  private first: ChainStep | undefined;
  private last = { revision: 0, at: 0 };

  /** `isStart`: whether an entry is the start of the chain. `several`: it may start with more than one, all of depth 0. */
  constructor(
    private readonly isStart: (entry: HistoryEntry) => boolean,
    private readonly several = false,
  ) {}

  /** The number of writes in the chain so far. */
  get size(): number {
    return this.members.size;
  }

  /** The entry's step and what follows from it without a write; none if it is not part of the chain. */
  next(entry: HistoryEntry): readonly ChainStep[] {
    const place = this.place(entry);
    if (!place) return NONE;
    const step = this.stepOf(entry, place);
    const rule = ruleAfter(step);
    return rule ? [step, rule] : [step];
  }

  /**
   * The mark that nothing more follows: nothing has joined the chain for `quiet` milliseconds of the cluster's time, or the clock stands still
   * and will not go on by itself. Undefined as long as something may follow. Its object is the first one, as it was written.
   */
  settled(now: Instant, { quiet, standing = false }: { quiet: number; standing?: boolean }): ChainStep | undefined {
    if (!this.first) return undefined;
    const waited = now - this.last.at;
    if (waited < quiet && !standing) return undefined;
    const { size } = this;
    const took = this.last.at - Date.parse(this.first.at);
    const writes = `settled: ${size} ${size === 1 ? 'write' : 'writes'} in ${(took / 1000).toFixed(3)}s`;
    const why =
      waited < quiet ? 'the clock stands still, nothing follows until it is turned' : `nothing more in ${formatGoDuration(quiet)}`;
    return {
      ...this.first,
      type: 'SETTLED',
      revision: this.last.revision,
      verb: null,
      at: new Date(now).toISOString(),
      sinceStartMs: now - Date.parse(this.first.at),
      sinceCauseMs: waited,
      summary: `${writes}, ${why}`,
    };
  }

  private stepOf(entry: HistoryEntry, place: Place): ChainStep {
    this.members.set(entry.revision, { depth: place.depth, at: entry.at });
    this.last = { revision: entry.revision, at: entry.at };
    const object = parse(entry);
    const seen = isPod(object) ? podSeen(object) : undefined;
    const change = seen && entry.type === 'put' ? podSummary(this.pods.get(entry.key), seen) : undefined;
    if (seen) this.pods.set(entry.key, seen);
    const step: ChainStep = {
      revision: entry.revision,
      previousRevision: entry.previousRevision ?? null,
      type: entry.type === 'delete' ? 'DELETED' : entry.previousRevision === undefined ? 'CREATED' : 'UPDATED',
      component: entry.cause.component ?? null,
      user: entry.cause.user,
      verb: entry.cause.verb ?? null,
      subresource: entry.cause.subresource ?? null,
      requestId: entry.cause.requestId,
      wokenBy: place.depth === 0 ? null : (entry.cause.wokenBy ?? null),
      depth: place.depth,
      at: new Date(entry.at).toISOString(),
      sinceStartMs: this.first ? entry.at - Date.parse(this.first.at) : 0,
      sinceCauseMs: entry.at - place.causedAt,
      summary: sentence(entry, object, change),
      key: entry.key,
      object,
    };
    this.first ??= step;
    return step;
  }

  private place(entry: HistoryEntry): Place | undefined {
    if ((!this.first || this.several) && this.isStart(entry)) return { depth: 0, causedAt: entry.at };
    if (!this.first) return undefined;
    const cause = entry.cause.wokenBy === undefined ? undefined : this.members.get(entry.cause.wokenBy);
    return cause && { depth: cause.depth + 1, causedAt: cause.at };
  }
}
