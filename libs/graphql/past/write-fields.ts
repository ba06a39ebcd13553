import { type GraphQLFieldConfigMap, type GraphQLOutputType, GraphQLString } from 'graphql';
import type { KubeObject } from '#apimachinery';
import { type FieldChange, fieldChanges, type SeenStep } from '#history';
import type { AuditedRequest } from '../audit.js';
import { auditEventType } from '../audit-fields.js';
import type { GraphContext } from '../context.js';
import { auditedRequest, costs, oneObject } from '../cost/points.js';
import { fieldChangeType } from '../field-change-type.js';
import { readableEntryAt } from '../log-reads.js';
import { nullableListOf, required } from '../output-types.js';
import { Time } from '../scalars.js';

/** A write, and the object before it if that has been read. */
export type Write = SeenStep & { before?: KubeObject };

const found = new WeakMap<Write, Promise<FieldChange[] | null>>();

/** What an update changed; null for other writes, and if the log does not have the object before it any more. Read once for a write. */
export function changesOf(write: Write, context: GraphContext): Promise<FieldChange[] | null> {
  const known = found.get(write) ?? readChanges(write, context);
  found.set(write, known);
  return known;
}

async function readChanges({ type, previousRevision, object, before }: Write, context: GraphContext): Promise<FieldChange[] | null> {
  if (type !== 'UPDATED' || previousRevision === null) return null;
  if (before) return fieldChanges(before, object);
  const entry = await readableEntryAt(previousRevision, context);
  return entry ? fieldChanges(JSON.parse(entry.value), object) : null;
}

/** The request of a client that made a write; null for a component, and if the audit log does not have it any more. */
async function requestOf({ component, requestId, type }: Write, { audit, meter }: GraphContext): Promise<AuditedRequest | null> {
  if (component !== null || type === 'RULE' || type === 'HIDDEN') return null;
  const { items } = await audit.page({ id: requestId }, { limit: 1, giveWay: () => meter.turn() });
  return items[0] ?? null;
}

/**
 * What every write tells, whether it is a step of a chain or a version of an object. `told`: the type of what is null only of a write that is
 * hidden.
 */
export const writeFields = (
  objectInterface: GraphQLOutputType,
  told: (type: GraphQLOutputType) => GraphQLOutputType,
): GraphQLFieldConfigMap<Write, GraphContext> => ({
  component: { type: GraphQLString, description: 'The component that wrote; null for a client.' },
  user: { type: told(GraphQLString), description: 'Who wrote.' },
  verb: { type: GraphQLString, description: 'create, update, patch, delete …' },
  subresource: { type: GraphQLString, description: 'Through which it was written: status, scale, binding; null: the object itself.' },
  requestId: { type: told(GraphQLString), description: 'Of a client’s request: the Audit-Id header of its answer.' },
  request: {
    type: auditEventType,
    description:
      'The client’s request: user agent, address, admission, how long it took. Null for a component, and if the audit log does not have it any more. Needs the permission to do everything.',
    ...costs(auditedRequest),
    resolve: (write, _args, context) => requestOf(write, context),
  },
  at: { type: told(Time), description: 'The time of the write, in cluster time.' },
  summary: { type: required(GraphQLString), description: 'A short description of the write.' },
  object: { type: told(objectInterface), description: 'The object as written; of a rule: what it is made of.' },
  changes: {
    type: nullableListOf(fieldChangeType),
    description: 'What an update changed; null for other writes, and if the log does not have the object before it any more.',
    ...costs(oneObject),
    resolve: (write, _args, context) => changesOf(write, context),
  },
});
