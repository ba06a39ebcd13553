import type { KubeObject } from '#apimachinery';
import type { LogEntry } from '#storage';
import { nameOf } from './object-name.js';

/** How many objects of a kind were written. */
export interface KindCount {
  kind: string;
  created: number;
  updated: number;
  deleted: number;
}

/** A condition of an object that was added, or whose status or reason is another one. */
export interface ConditionChange {
  object: string;
  type: string;
  from?: string;
  to: string;
  reason?: string;
  message?: string;
  at: string;
}

/** An Event that was recorded, or counted again. */
export interface EventSeen {
  object: string;
  type?: string;
  reason?: string;
  message?: string;
  count: number;
  at: string;
}

/** What happened between two revisions. */
export interface Happened {
  /** Revisions, excluding the first and including the last. */
  from: number;
  to: number;
  writes: number;
  kinds: KindCount[];
  conditions: ConditionChange[];
  events: EventSeen[];
  /** Only the newest of the conditions and events are listed, or only the newest writes were looked at. */
  truncated: boolean;
}

interface Condition {
  type: string;
  status: string;
  reason?: string;
  message?: string;
}

/** A condition as all kinds have them; undefined if a custom resource means something else by that name. */
function conditionOf(value: unknown): Condition | undefined {
  const { type, status, reason, message } = (value ?? {}) as Record<keyof Condition, unknown>;
  if (typeof type !== 'string' || typeof status !== 'string') return undefined;
  return { type, status, ...(typeof reason === 'string' && { reason }), ...(typeof message === 'string' && { message }) };
}

const conditionsOf = (object: KubeObject | undefined): Condition[] => {
  const { conditions } = (object as { status?: { conditions?: unknown } | null } | undefined)?.status ?? {};
  return Array.isArray(conditions) ? conditions.flatMap((value) => conditionOf(value) ?? []) : [];
};

/** The conditions that a write changed. */
function conditionChanges(before: KubeObject | undefined, now: KubeObject, at: string): ConditionChange[] {
  const past = new Map(conditionsOf(before).map((condition) => [condition.type, condition]));
  return conditionsOf(now).flatMap(({ type, status, reason, message }) => {
    const old = past.get(type);
    if (old?.status === status && old.reason === reason) return [];
    return [
      {
        object: nameOf(now),
        type,
        ...(old?.status !== undefined && { from: old.status }),
        to: status,
        ...(reason && { reason }),
        ...(message && { message }),
        at,
      },
    ];
  });
}

interface CoreEvent extends KubeObject {
  involvedObject?: { kind?: string; name?: string; namespace?: string };
  type?: string;
  reason?: string;
  message?: string;
  count?: number;
}

function eventSeen(object: CoreEvent, at: string): EventSeen {
  const { involvedObject: { kind = '', name = '', namespace } = {}, type, reason, message, count = 1 } = object;
  return {
    object: nameOf({ kind, metadata: { name, ...(namespace && { namespace }) } }),
    ...(type && { type }),
    ...(reason && { reason }),
    ...(message && { message }),
    count,
    at,
  };
}

/** Sums up entries of a log, which are added in order with their previous values. */
export class Happenings {
  private readonly kinds = new Map<string, KindCount>();
  private readonly conditions: ConditionChange[] = [];
  private readonly events: EventSeen[] = [];
  private dropped = false;

  /** `most`: conditions and events that are kept, each. */
  constructor(private readonly most: number) {}

  add(entry: LogEntry): void {
    const object = JSON.parse(entry.value) as KubeObject;
    // Files of nodes and the like are no objects of the API.
    if (object.kind === undefined || object.metadata === undefined) return;
    this.count(object.kind, entry);
    if (entry.type === 'delete') return;
    const at = new Date(entry.at).toISOString();
    if (object.kind === 'Event' && object.apiVersion === 'v1') {
      this.keep(this.events, [eventSeen(object, at)]);
      return;
    }
    const before = entry.previousValue === undefined ? undefined : (JSON.parse(entry.previousValue) as KubeObject);
    this.keep(this.conditions, conditionChanges(before, object, at));
  }

  /** `all`: every entry between the revisions was added. */
  sum(from: number, to: number, all = true): Happened {
    const kinds = [...this.kinds.values()].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    const [conditions, events] = [this.conditions.slice(-this.most), this.events.slice(-this.most)];
    const dropped = this.dropped || this.conditions.length > this.most || this.events.length > this.most;
    return { from, to, writes: to - from, kinds, conditions, events, truncated: dropped || !all };
  }

  private count(kind: string, { type, previousRevision }: LogEntry): void {
    const count = this.kinds.get(kind) ?? { kind, created: 0, updated: 0, deleted: 0 };
    count[type === 'delete' ? 'deleted' : previousRevision === undefined ? 'created' : 'updated'] += 1;
    this.kinds.set(kind, count);
  }

  private keep<T>(list: T[], found: readonly T[]): void {
    for (const one of found) list.push(one);
    if (list.length <= 2 * this.most) return;
    list.splice(0, list.length - this.most);
    this.dropped = true;
  }
}
