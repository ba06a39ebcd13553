import type { GraphQLFieldConfig } from 'graphql';
import { limits } from '../limits.js';

/** The cost of reading one field. */
interface Points {
  /** Points of the field itself: an object read, a relation followed, ten log entries. */
  own: number;
  /** The number of objects it may contain, each with its own fields. */
  items: number;
  /** It is a field of the list itself, beside its objects: it is read once. */
  once?: boolean;
}

/** Computes a field's points from its arguments; fields without this cost nothing. */
export type PointsOf = (args: Readonly<Record<string, unknown>>) => Points;

/** The extension under which a field has its cost. */
export const pointsExtension = 'orrery.points';

/** To be spread into a field's configuration. */
export const costs = (points: PointsOf): Pick<GraphQLFieldConfig<unknown, never>, 'extensions'> => ({
  extensions: { [pointsExtension]: points },
});

const limitOf = (args: Readonly<Record<string, unknown>>, otherwise: number): number =>
  typeof args.limit === 'number' ? Math.max(args.limit, 1) : otherwise;

/** One object is read. */
export const oneObject: PointsOf = () => ({ own: 1, items: 1 });

/** A page of objects is read; to filter or order them, all of them. */
export const page: PointsOf = (args) => {
  const items = Math.min(limitOf(args, limits.pageSize), limits.largestPage);
  return { own: args.where || args.orderBy ? Math.max(items, limits.wholeListPoints) : items, items };
};

/** A relation to several objects is followed. */
export const relatedObjects: PointsOf = (args) => {
  const items = limitOf(args, limits.assumedListSize);
  return { own: 1 + (args.where || args.orderBy ? Math.max(items, limits.assumedListSize) : items), items };
};

/** The objects that are given are written: how many those of a manifest are is not known before it is read. */
export const writtenObjects: PointsOf = ({ objects }) => {
  const items = Array.isArray(objects) ? Math.max(objects.length, 1) : limits.assumedListSize;
  return { own: 1 + items, items };
};

/** All objects of a list are looked at; as a field of the list. */
export const wholeList: PointsOf = () => ({ own: limits.wholeListPoints, items: 1, once: true });

/** All objects of a relation are looked at. */
export const wholeRelation: PointsOf = () => ({ own: 1 + limits.assumedListSize, items: 1 });

/** All objects of some kinds, or of all, are searched. */
export const search: PointsOf = ({ kinds, limit }) => ({
  own: Array.isArray(kinds) ? Math.min(Math.max(kinds.length, 1) * limits.wholeListPoints, limits.searchPoints) : limits.searchPoints,
  items: limitOf({ limit }, limits.searchHits),
});

/** A decision of the scheduler is made again. */
export const decision: PointsOf = () => ({ own: limits.decisionPoints, items: limits.assumedListSize });

/** One request is looked for in the audit log. */
export const auditedRequest: PointsOf = () => ({ own: limits.auditPoints, items: 1 });

/** What a container has printed is read. */
export const containerLog: PointsOf = () => ({ own: limits.logPoints, items: 1 });

/** Versions of an object are read one by one. */
export const versions: PointsOf = ({ last }) => {
  const items = typeof last === 'number' ? Math.max(last, 1) : limits.history;
  return { own: 1 + items, items };
};

/** A write and its causes are read; of a field, the versions of the object besides. */
export const causes: PointsOf = ({ field }) => {
  const own = limits.causes / limits.logEntriesPerPoint;
  return { own: typeof field === 'string' ? own + limits.versions / limits.logEntriesPerPoint : own, items: limits.assumedListSize };
};

/** The log is read. */
export const logEntries: PointsOf = ({ entries }) => ({
  own: Math.ceil((typeof entries === 'number' ? Math.max(entries, 1) : limits.chainEntries) / limits.logEntriesPerPoint),
  items: limits.assumedChainSteps,
});
