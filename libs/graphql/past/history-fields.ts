import { GraphQLEnumType, type GraphQLFieldConfigMap, GraphQLInt, GraphQLObjectType, type GraphQLOutputType, GraphQLString } from 'graphql';
import type { Definition } from '#api';
import type { KubeObject } from '#apimachinery';
import { type ChainStep, EventChain, type HistoryEntry, type SeenStep, writeText } from '#history';
import { checkLimit } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { causes, costs, oneObject, versions } from '../cost/points.js';
import { type WatchedField, watchedField } from '../filters/watched-field.js';
import { limits } from '../limits.js';
import { readableEntryAt, readCauses } from '../log-reads.js';
import { nullableListOf, required } from '../output-types.js';
import { Int64 } from '../scalars.js';
import type { Struct } from '../shapes/shape.js';
import { changesOf, type Write, writeFields } from './write-fields.js';

const VersionTypeEnum = new GraphQLEnumType({
  name: 'ObjectVersionType',
  description: 'What a write did to an object.',
  values: {
    CREATED: { description: 'There was none before.' },
    UPDATED: { description: 'It was changed.' },
    DELETED: { description: 'It is gone.' },
  },
});

/** A write as a step that begins a chain, and what woke its writer. */
function writeOf(entry: HistoryEntry, before: HistoryEntry | undefined): Write {
  const [step] = new EventChain((one) => one === entry).next(entry) as [ChainStep];
  return { ...step, wokenBy: entry.cause.wokenBy ?? null, ...(before && { before: JSON.parse(before.value) as KubeObject }) };
}

/** The versions of an object from a revision on backwards, newest first, as far as the log has them. */
async function* entriesBack(object: KubeObject, context: GraphContext): AsyncGenerator<HistoryEntry, void, void> {
  for (let next: number | undefined = Number(object.metadata.resourceVersion) || undefined; next !== undefined; ) {
    const entry: HistoryEntry | undefined = await readableEntryAt(next, context);
    if (entry === undefined) return;
    yield entry;
    next = entry.previousRevision;
  }
}

async function historyOf(object: KubeObject, last: number, context: GraphContext): Promise<Write[]> {
  const entries: HistoryEntry[] = [];
  for await (const entry of entriesBack(object, context)) {
    entries.push(entry);
    // One more, for what the oldest one changed.
    if (entries.length > last) break;
  }
  return entries.slice(0, last).map((entry, index) => writeOf(entry, entries[index + 1]));
}

/** The revision of the last write that changed a field; the oldest that the log has if none did. */
async function lastChange(object: KubeObject, wanted: WatchedField, context: GraphContext): Promise<number | undefined> {
  let later: { revision: number; value: object } | undefined;
  let looked = 0;
  for await (const { revision, value: text } of entriesBack(object, context)) {
    const value: object = JSON.parse(text);
    if (later && wanted.differs(value, later.value)) return later.revision;
    later = { revision, value };
    looked += 1;
    if (looked > limits.versions) break;
  }
  return later?.revision;
}

async function whyOf(object: KubeObject, field: WatchedField | undefined, context: GraphContext): Promise<SeenStep[]> {
  const own = Number(object.metadata.resourceVersion) || undefined;
  const revision = field ? await lastChange(object, field, context) : own;
  if (revision === undefined) return [];
  await readableEntryAt(revision, context);
  return readCauses(revision, context);
}

async function lineOf(write: Write, _args: unknown, context: GraphContext): Promise<string> {
  const { at, revision, summary, wokenBy } = write;
  return `${at} ${revision} ${writeText(summary, await changesOf(write, context))}${wokenBy === null ? '' : ` ← ${wokenBy}`}`;
}

const versionType = (objectInterface: GraphQLOutputType, step: GraphQLObjectType): GraphQLObjectType =>
  new GraphQLObjectType<Write, GraphContext>({
    name: 'ObjectVersion',
    description: 'One write of an object: who did it, when and through what, and which fields it changed.',
    fields: {
      ...writeFields(objectInterface, required),
      revision: { type: required(Int64), description: 'Its revision: `at` reads the object as of then, with what it led to.' },
      type: { type: required(VersionTypeEnum), description: 'What it did.' },
      wokenBy: { type: Int64, description: 'The revision that woke the component; null for a client.' },
      line: {
        type: required(GraphQLString),
        description: 'All of it in one line: time, revision, who did what, and the first fields that changed.',
        ...costs(oneObject),
        resolve: lineOf,
      },
      causes: {
        type: nullableListOf(step),
        description:
          'Why it was written: the write that woke its writer, the one that woke the writer of that, and so on; the first one first.',
        ...costs(causes),
        resolve: ({ revision }, _args, context) => readCauses(revision, context),
      },
    },
  });

/** What history fields are made of: the types of any object and of the steps of a chain, and what objects of built-in kinds have. */
interface HistoryTypes {
  object: GraphQLOutputType;
  step: GraphQLObjectType;
  structOf(definition: Definition): Struct;
}

/** The fields of each object that tell where it comes from. */
export function historyFields({ object: objectInterface, step, structOf }: HistoryTypes): GraphQLFieldConfigMap<unknown, GraphContext> {
  const fieldOf = (path: string, { apiVersion, kind }: KubeObject, { kinds }: GraphContext): WatchedField => {
    const source = kinds.of(apiVersion, kind)?.source;
    return watchedField(path, source && 'definition' in source ? structOf(source.definition) : undefined);
  };
  return {
    history: {
      type: nullableListOf(versionType(objectInterface, step)),
      description:
        'The last writes of this object, newest first: who did it, when, and which fields changed from what to what. Of an object read `at` a moment: those before. Needs the permission to get the object.',
      ...costs(versions),
      args: { last: { type: GraphQLInt, defaultValue: limits.history, description: `How many, at most ${limits.longestHistory}.` } },
      resolve(object, { last }: { last?: number | null }, context) {
        const wanted = last ?? limits.history;
        checkLimit(wanted, limits.longestHistory, 'last');
        return historyOf(object as KubeObject, wanted, context);
      },
    },
    why: {
      type: nullableListOf(step),
      description:
        'Why this object is as it is: the request of the client that everything began with, and each write that followed from it up to the last one of this object; `{ line }` tells each in a line. Needs the permission to get the object; writes of objects that you may not get are of the type HIDDEN.',
      ...costs(causes),
      args: {
        field: {
          type: GraphQLString,
          description:
            'Why this field is as it is: up to the last write that changed it. spec.nodeName, status.conditions[type=Ready]; metadata.uid: why the object was created.',
        },
      },
      resolve(given, { field }: { field?: string | null }, context) {
        const object = given as KubeObject;
        return whyOf(object, typeof field === 'string' ? fieldOf(field, object, context) : undefined, context);
      },
    },
  };
}
