import { GraphQLBoolean, GraphQLEnumType, GraphQLList, GraphQLObjectType, type GraphQLOutputType, GraphQLString } from 'graphql';
import type { Resource } from '#api';
import { isForbidden, isNotFound, type KubeObject } from '#apimachinery';
import type { WriteReport } from '#client';
import { fieldChanges } from '#history';
import type { GraphContext } from '../context.js';
import { fieldChangeType } from '../field-change-type.js';
import { withKind } from '../loaders.js';
import { listOf, required } from '../output-types.js';

/** The manager of fields that the graph's mutations write. */
export const FIELD_MANAGER = 'orrery-graphql';

/** What a write did, or what it would do. */
export interface WrittenObject {
  /** As it is after the write; unset if it is gone. */
  object?: KubeObject;
  /** As it was before; unset if it was created. */
  before?: KubeObject;
  /** Whether the write deletes it: it may still have to terminate. */
  deletes?: boolean;
  warnings: readonly string[];
  dryRun: boolean;
}

type Report = (report: WriteReport) => void;

/** Runs a write, and says what it did. */
export async function written(dryRun: boolean, write: (report: Report) => Promise<KubeObject>): Promise<WrittenObject> {
  let told: WriteReport = { warnings: [] };
  const object = await write((report) => {
    told = report;
  });
  return { object, dryRun, ...told };
}

/** What is there, as far as the user may read it. */
export async function readable(reading: Promise<KubeObject>): Promise<KubeObject | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw error;
  }
}

/** Whether an object that a deletion answered with is still there: it terminates, or its finalizers hold it (registry/generic/registry Delete). */
function isLeftBy({ metadata: { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } }: KubeObject): boolean {
  return deletionTimestamp !== undefined && (deletionGracePeriodSeconds > 0 || finalizers.length > 0);
}

/** What a deletion did: the object is still there while it terminates. */
export function deletion(
  done: Omit<WrittenObject, 'object' | 'before'>,
  { before, object, resource }: { before: KubeObject | undefined; object: KubeObject | undefined; resource: Resource },
): WrittenObject {
  const isLeft = object && object.kind !== 'Status' && isLeftBy(object);
  return {
    ...done,
    deletes: true,
    ...(before && { before: withKind(before, resource) }),
    ...(isLeft && { object: withKind(object, resource) }),
  };
}

type Operation = 'CREATED' | 'UPDATED' | 'UNCHANGED' | 'DELETED';

const WriteOperation = new GraphQLEnumType({
  name: 'WriteOperation',
  description: 'What a write does to an object.',
  values: {
    CREATED: { description: 'There was none.' },
    UPDATED: { description: 'It differs now.' },
    UNCHANGED: { description: 'It was so already: nothing is written.' },
    DELETED: { description: 'It is gone, or terminating: then `object` is there, with its deletionTimestamp.' },
  },
});

/** Objects may still have to be read (long-work.ts): only those that are needed are. */
function operationOf(written: WrittenObject): Operation {
  if (written.deletes) return 'DELETED';
  if (!written.before) return 'CREATED';
  const { object, before } = written;
  const isSame = object?.metadata.resourceVersion === before.metadata.resourceVersion && fieldChanges(before, object).length === 0;
  return isSame ? 'UNCHANGED' : 'UPDATED';
}

const diffOf = (written: WrittenObject) => (written.before && written.object ? fieldChanges(written.before, written.object) : []);

/** What writes are answered with. `type`: that of the object. */
const writtenType = (name: string, type: GraphQLOutputType): GraphQLObjectType =>
  new GraphQLObjectType<WrittenObject, GraphContext>({
    name,
    description: 'What a write did, or with `dryRun` what it would do.',
    fields: {
      operation: { type: required(WriteOperation), description: 'What it did to the object.', resolve: operationOf },
      object: { type: type as never, description: 'The object after the write; null if it is gone.' },
      before: { type: type as never, description: 'The object before the write; null if it was created.' },
      diff: {
        type: listOf(fieldChangeType),
        description: 'The fields that differ between `before` and `object`; empty if either is null.',
        resolve: diffOf,
      },
      warnings: { type: listOf(GraphQLString), description: 'Warnings of the API, as kubectl prints them.' },
      dryRun: { type: required(GraphQLBoolean), description: 'Whether nothing was written.' },
    },
  });

/** The answers of the mutations of a graph. */
export interface WrittenTypes {
  /** Of one object. */
  one: GraphQLOutputType;
  node: GraphQLOutputType;
  pod: GraphQLOutputType;
  request: GraphQLOutputType;
  /** Of the documents of a manifest: null for one that was refused. */
  documents: GraphQLOutputType;
}

type ObjectTypes = Record<'object' | 'node' | 'pod' | 'request', GraphQLOutputType>;

/** The answers for objects of any kind, and of those that some mutations are about. */
export function writtenTypes({ object, node, pod, request }: ObjectTypes): WrittenTypes {
  const one = writtenType('WrittenObject', object);
  return {
    one: required(one),
    node: required(writtenType('WrittenNode', node)),
    pod: required(writtenType('WrittenPod', pod)),
    request: required(writtenType('WrittenCertificateSigningRequest', request)),
    documents: required(new GraphQLList(one)),
  };
}
