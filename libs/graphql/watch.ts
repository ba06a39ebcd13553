import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  type GraphQLFieldConfigArgumentMap,
  GraphQLInt,
  type GraphQLOutputType,
  GraphQLString,
} from 'graphql';
import type { Resource } from '#api';
import type { KubeObject } from '#apimachinery';
import type { Client } from '#client';
import type { GraphContext } from './context.js';
import { costs, oneObject, relatedObjects } from './cost/points.js';
import { badInput } from './errors.js';
import { type WatchedField, watchedField } from './filters/watched-field.js';
import { type GraphKind, resourceOf } from './kinds.js';
import { lastingWatch } from './lasting-watch.js';
import { limits } from './limits.js';
import { withKind } from './loaders.js';
import { pastRevision } from './log-reads.js';
import { requireKind } from './named-kind.js';
import { listOf, nullableListOf, required } from './output-types.js';
import { patiently } from './patience.js';
import { checkNames, selectors, withoutNulls } from './queries.js';
import type { Struct } from './shapes/shape.js';
import { stream } from './stream.js';
import { lengthOf } from './text/length.js';
import { type WatchEvent, watchEventType } from './watch-event.js';

type Field = GraphQLFieldConfig<unknown, GraphContext>;

interface Selection {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
}

interface Filter {
  /** Whether the existing objects come first. */
  initial?: boolean;
  /** Other changes are left out. */
  changed?: readonly WatchedField[];
  /** Milliseconds for which events are gathered. */
  batch?: number;
}

/** The arguments of a subscription to one kind. */
interface KindArguments extends Selection, Omit<Filter, 'changed'> {
  /** Paths of fields. */
  changed?: readonly string[];
}

const selectionArguments: GraphQLFieldConfigArgumentMap = {
  ...selectors,
  resourceVersion: { type: GraphQLString, description: 'Resume after this revision.' },
};

const filterArguments: GraphQLFieldConfigArgumentMap = {
  initial: {
    type: GraphQLBoolean,
    defaultValue: true,
    description: 'Without resourceVersion: whether the existing objects come first, as ADDED.',
  },
  changed: {
    type: nullableListOf(GraphQLString),
    description:
      'MODIFIED only if one of these fields changed, or a field in them: status.phase, status.conditions[type=Ready], metadata.labels[app], spec.containers.image.',
  },
  batch: { type: GraphQLInt, description: `Gathers events for so many milliseconds, at most ${limits.longestBatch}.` },
};

/** The events of a resource's objects, each with the object before it. */
class Events {
  /** The last state of each object, which the cache of the cluster has anyway. */
  private readonly known = new Map<string, KubeObject>();

  constructor(private readonly resource: Resource) {}

  /** `revision`: of the event; that of a deletion is not its object's. */
  of(type: WatchEvent['type'], plain: KubeObject, revision = plain.metadata.resourceVersion ?? ''): WatchEvent {
    const object = withKind(plain, this.resource);
    const uid = object.metadata.uid ?? '';
    const previous = this.known.get(uid);
    if (type === 'DELETED') this.known.delete(uid);
    else this.known.set(uid, object);
    return { type, resourceVersion: revision, object, ...(previous && { previous }) };
  }
}

/** Watches a resource as long as its subscriber wants: those of custom kinds end when their definitions change, and begin again. */
function watchOf(resource: Resource, { client, kinds }: GraphContext): Client['watch'] {
  const isCustom = 'own' in (kinds.ofResource(resource)?.source ?? {});
  return (...asked) => (isCustom ? lastingWatch(client, ...asked) : client.watch(...asked));
}

/** The events of a kind's objects, a list at a time. */
async function watchEvents(
  resource: Resource,
  selection: Selection,
  { initial = true, changed, batch = 0 }: Filter,
  context: GraphContext,
): Promise<AsyncGenerator<WatchEvent[]>> {
  const { client, meter, after } = context;
  checkNames(selection);
  const isResumed = selection.resourceVersion !== undefined;
  // A later revision is none of this cluster, or of what it was before it was restored: nothing would be told until it is reached.
  if (selection.resourceVersion) await pastRevision(selection.resourceVersion, context);
  const list = () => client.list(resource, { ...selection, limit: meter.left('scanned') + 1 });
  const listed = isResumed ? undefined : await patiently(context, list);
  meter.count('scanned', listed?.items.length ?? 0);
  const events = new Events(resource);
  const existing = (listed?.items ?? []).map((object) => events.of('ADDED', object));
  const query = { ...selection, resourceVersion: listed?.resourceVersion ?? selection.resourceVersion };
  const watch = watchOf(resource, context);
  return stream<WatchEvent[]>({
    first: initial ? pages(existing) : [],
    lengthOf: (several) => several.reduce((sum, { object }) => sum + lengthOf(object), 0),
    async open({ push, end }) {
      const gathered = new Gathered(push, (run) => after(batch, run));
      const add = (event: WatchEvent): void => {
        if (changed && !isTold(event, changed)) return;
        if (batch > 0) gathered.add(event);
        else push([event]);
      };
      const handler: Parameters<Client['watch']>[2] = {
        event: ({ type, object, revision }) => add(events.of(type, object, String(revision))),
        end(error) {
          gathered.flush();
          end(error);
        },
      };
      const stop = await patiently(context, () => watch(resource, query, handler));
      return () => {
        gathered.cancel();
        stop();
      };
    },
  });
}

/** Whether a change is one of those that a subscriber wants to be told. */
function isTold({ type, object, previous }: WatchEvent, fields: readonly WatchedField[]): boolean {
  if (type !== 'MODIFIED' || !previous) return true;
  return fields.some((field) => field.differs(previous, object));
}

/** Events in messages of limited size. */
function pages(events: readonly WatchEvent[]): WatchEvent[][] {
  const all: WatchEvent[][] = [];
  for (let from = 0; from < events.length; from += limits.pageSize) all.push(events.slice(from, from + limits.pageSize));
  return all;
}

/** Gathers events until a time is over, or there are as many as a message has. */
class Gathered {
  private events: WatchEvent[] = [];
  private stop: (() => void) | undefined;

  constructor(
    private readonly push: (events: WatchEvent[]) => void,
    private readonly later: (run: () => void) => () => void,
  ) {}

  add(event: WatchEvent): void {
    this.events.push(event);
    if (this.events.length >= limits.pageSize) this.flush();
    else this.stop ??= this.later(() => this.flush());
  }

  flush(): void {
    const { events } = this;
    this.cancel();
    if (events.length > 0) this.push(events);
  }

  cancel(): void {
    this.stop?.();
    this.stop = undefined;
    this.events = [];
  }
}

/** The fields at paths. Throws for too many, and for fields that the kind does not have. */
function fieldsAt(paths: readonly string[], struct: Struct): WatchedField[] {
  if (paths.length > limits.watchedPaths) throw badInput(`changed: at most ${limits.watchedPaths} paths`);
  return paths.map((path) => watchedField(path, struct));
}

/** The subscription to one kind: typed, the existing objects first, a list of events at a time. `structOf`: the struct of its objects. */
export function watchKindField(kind: GraphKind, object: GraphQLOutputType, structOf: () => Struct): Field {
  const resource = resourceOf(kind);
  return {
    type: listOf(watchEventType(`${kind.typeName}WatchEvent`, object)),
    description: `Every change of ${kind.info.kind} objects, in order and without a gap; the existing ones come first.`,
    args: {
      ...(kind.info.namespaced ? { namespace: { type: GraphQLString, description: 'Only objects of this namespace; default all.' } } : {}),
      ...selectionArguments,
      ...filterArguments,
    },
    ...costs(relatedObjects),
    resolve: (events) => events,
    subscribe(_root, given: KindArguments, context) {
      const { initial, changed, batch, ...selection } = withoutNulls(given);
      if (batch !== undefined && (batch < 0 || batch > limits.longestBatch))
        throw badInput(`batch must be between 0 and ${limits.longestBatch}`);
      return watchEvents(resource, selection, { initial, batch, ...(changed && { changed: fieldsAt(changed, structOf()) }) }, context);
    },
  };
}

/** The subscription to a kind by its name, one event at a time. */
export const watchField = (objectInterface: GraphQLOutputType): Field => ({
  type: required(watchEventType('WatchEvent', objectInterface)),
  description:
    'Every change of a kind’s objects, in order and without a gap. Without resourceVersion the existing objects come first, as ADDED.',
  args: {
    kind: { type: required(GraphQLString), description: 'As in kubectl: pod, po, deployments.apps.' },
    namespace: { type: GraphQLString, description: 'Only objects of this namespace; default all.' },
    ...selectionArguments,
  },
  ...costs(oneObject),
  resolve: (event) => event,
  async subscribe(_root, { kind, ...given }: Selection & { kind: string }, context) {
    const resource = resourceOf(requireKind(context.kinds, kind));
    return single(await watchEvents(resource, withoutNulls(given), {}, context));
  },
});

/** The events of lists one by one. */
function single(lists: AsyncGenerator<WatchEvent[]>): AsyncGenerator<WatchEvent> {
  let left: WatchEvent[] = [];
  const events: AsyncGenerator<WatchEvent> = {
    async next() {
      for (;;) {
        const [event, ...others] = left;
        left = others;
        if (event) return { value: event, done: false };
        const { value, done } = await lists.next();
        if (done) return { value: undefined, done: true };
        left = value;
      }
    },
    // Unlike a generator function's, these work while it waits for the next event.
    async return() {
      await lists.return(undefined);
      return { value: undefined, done: true };
    },
    async throw(error) {
      await lists.return(undefined);
      throw error;
    },
    [Symbol.asyncIterator]: () => events,
    async [Symbol.asyncDispose]() {
      await lists.return(undefined);
    },
  };
  return events;
}
