import { GraphQLEnumType, type GraphQLFieldConfig, GraphQLInt, type GraphQLInterfaceType, GraphQLObjectType, GraphQLString } from 'graphql';
import { Event } from '#api';
import { type KubeObject, StatusError } from '#apimachinery';
import { checkLimit } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { costs, search } from '../cost/points.js';
import { badInput } from '../errors.js';
import { type GraphKind, resourceOf } from '../kinds.js';
import { limits } from '../limits.js';
import { withKind } from '../loaders.js';
import { listOf, required } from '../output-types.js';
import { checkNames } from '../queries.js';
import { type Refused, RefusedKind } from '../refused-kind.js';
import { kindsArgument, namedKinds } from '../relations/kinds-of-objects.js';
import { type FoundIn, folded, type Match, matchesOf } from './search.js';
import { Top } from './top.js';

interface Hit {
  readonly object: KubeObject;
  readonly matches: readonly Match[];
  /** The number of objects found before it. */
  readonly place: number;
}

interface Found {
  readonly hits: readonly Hit[];
  readonly count: number;
  readonly refused: readonly Refused[];
  readonly unfinished: readonly string[];
}

interface SearchArguments {
  readonly text: string;
  readonly kinds?: readonly string[] | null;
  readonly namespace?: string | null;
  readonly limit?: number | null;
}

const SearchPlace = new GraphQLEnumType({
  name: 'SearchPlace',
  description: 'Where in an object a text was found.',
  values: {
    NAME: { description: 'The whole name of the object, or a part of it.' },
    LABEL: { description: 'The key or the value of a label.' },
    ANNOTATION: { description: 'The key or the value of an annotation.' },
    TEXT: { description: 'Any other text in it: an image, a message.' },
  } satisfies Record<FoundIn, object>,
});

const SearchMatch = new GraphQLObjectType<Match, GraphContext>({
  name: 'SearchMatch',
  description: 'A text of an object that has the one that is searched for.',
  fields: {
    in: { type: required(SearchPlace), description: 'Where it is.' },
    path: { type: required(GraphQLString), description: 'Its path: metadata.labels[app], spec.containers[0].image' },
    text: { type: required(GraphQLString), description: 'The text, or the part around what was found.' },
  },
});

const hitType = (object: GraphQLInterfaceType) =>
  new GraphQLObjectType<Hit, GraphContext>({
    name: 'SearchHit',
    description: 'An object that was found.',
    fields: {
      object: { type: required(object), description: 'The object.' },
      matches: { type: listOf(SearchMatch), description: `Where it has the text, at most ${limits.searchMatches} places, the best first.` },
    },
  });

const nameOf = ({ info }: GraphKind): string => (info.group === '' ? info.resource : `${info.resource}.${info.group}`);

const isEvent = ({ info }: GraphKind): boolean => info.kind === Event.kind && info.resource === Event.resource;

/** The kinds in the order in which they are searched: Events, which tell of all other objects, come last. */
function ordered(kinds: ReadonlySet<GraphKind>): GraphKind[] {
  const list = [...kinds];
  return [...list.filter((kind) => !isEvent(kind)), ...list.filter(isEvent)];
}

const bestOf = ({ matches: [best] }: Hit): number => best?.rank ?? 0;

/** One search: the best objects so far, and what was not looked at. */
class Search {
  private readonly best: Top<Hit>;
  private readonly refused: Refused[] = [];
  private readonly unfinished: string[] = [];
  private count = 0;
  private left: number = limits.searchScan;

  constructor(
    private readonly wanted: string,
    most: number,
    private readonly context: GraphContext,
  ) {
    this.best = new Top<Hit>(most, (a, b) => bestOf(a) - bestOf(b) || a.place - b.place);
  }

  async kind(kind: GraphKind, namespace: string | undefined): Promise<void> {
    if (this.left <= 0) {
      this.unfinished.push(nameOf(kind));
      return;
    }
    const { client, meter } = this.context;
    const resource = resourceOf(kind);
    try {
      const listed = await client.list(resource, { ...(namespace ? { namespace } : {}), limit: this.left });
      this.left -= listed.items.length;
      meter.count('scanned', listed.items.length);
      if (listed.continue) this.unfinished.push(nameOf(kind));
      for (const object of listed.items) await this.object(withKind(object, resource));
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.refused.push({ kind: nameOf(kind), message: error.status.message ?? '' });
    }
  }

  private async object(object: KubeObject): Promise<void> {
    const { meter } = this.context;
    const wait = meter.turn();
    if (wait) await wait;
    const matches = await matchesOf(object, this.wanted, () => meter.turn());
    if (matches.length === 0) return;
    this.best.add({ object, matches, place: this.count });
    this.count += 1;
  }

  async found(): Promise<Found> {
    return {
      hits: await this.best.inOrder(() => this.context.meter.turn()),
      count: this.count,
      refused: this.refused,
      unfinished: this.unfinished,
    };
  }
}

/** The query that finds objects by a text. */
export const searchField = (object: GraphQLInterfaceType): GraphQLFieldConfig<unknown, GraphContext> => ({
  description:
    'Finds objects of any kind by a text in their names, labels, annotations and other texts, upper or lower case. First come names that are equal, that begin with it, that have it.',
  type: required(
    new GraphQLObjectType<Found, GraphContext>({
      name: 'SearchResult',
      description: 'What a search found.',
      fields: {
        hits: { type: listOf(hitType(object)), description: 'The objects, the best first.' },
        count: { type: required(GraphQLInt), description: 'How many objects have the text.' },
        refused: {
          type: listOf(RefusedKind),
          description: 'Kinds that you may not list, or that could not be read; the others were searched.',
        },
        unfinished: {
          type: listOf(GraphQLString),
          description: `Kinds that were not searched to their end: one search looks at ${limits.searchScan} objects. Name \`kinds\` or a \`namespace\`.`,
        },
      },
    }),
  ),
  ...costs(search),
  args: {
    text: {
      type: required(GraphQLString),
      description: `What to look for: web, 10.244.1.3, nginx:1.27. At most ${limits.searchText} characters.`,
    },
    ...kindsArgument,
    namespace: { type: GraphQLString, description: 'Only objects of this namespace; default all objects.' },
    limit: {
      type: GraphQLInt,
      defaultValue: limits.searchHits,
      description: `The maximum number of hits, at most ${limits.mostSearchHits}.`,
    },
  },
  async resolve(_root, { text, kinds, namespace, limit }: SearchArguments, context) {
    checkNames({ namespace: namespace ?? null });
    const most = limit ?? limits.searchHits;
    checkLimit(most, limits.mostSearchHits);
    const wanted = folded(text.trim());
    if (wanted === '' || wanted.length > limits.searchText) throw badInput(`text must have between 1 and ${limits.searchText} characters`);
    const search = new Search(wanted, most, context);
    for (const kind of ordered(namedKinds(kinds, context.kinds).wanted)) {
      if (!namespace || kind.info.namespaced) await search.kind(kind, namespace ?? undefined);
    }
    return search.found();
  },
});
