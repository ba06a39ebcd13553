import {
  type DocumentNode,
  GraphQLError,
  type GraphQLLeafType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  type OperationDefinitionNode,
} from 'graphql';
import { GraphContext } from '../context.js';
import { limits } from '../limits.js';
import { lengthOf } from '../text/length.js';
import { endsOperation, type Meter } from './meter.js';
import { PartialList } from './partial-list.js';
import type { PlannedField, Source } from './plan.js';
import { Repeats, Tally } from './repeats.js';

type MaybePromise<T> = T | Promise<T>;
type Data = Record<string, unknown>;
type Path = NonNullable<GraphQLResolveInfo['path']>;

/** An operation to be executed: validated, with coerced variables. */
export interface Operation extends Source {
  readonly document: DocumentNode;
  readonly definition: OperationDefinitionNode;
  /** The fields of its root. */
  readonly fields: readonly PlannedField[];
  readonly context: GraphContext;
  readonly rootValue?: unknown;
}

const isPromise = (value: unknown): value is Promise<unknown> => value instanceof Promise;

function keysOf(path: Path | undefined): Array<string | number> {
  const keys: Array<string | number> = [];
  for (let at = path; at; at = at.prev) keys.push(at.key);
  return keys.reverse();
}

/** Whether a field, or an item of its list, is below another list. */
function isListed(path: Path): boolean {
  for (let at = path.prev; at; at = at.prev) if (typeof at.key === 'number') return true;
  return false;
}

/**
 * Executes operations according to the specification's section "Execution". graphql-js completes lists and all of introspection
 * synchronously, which cannot be interrupted: here every list item is counted and may yield to other operations, and exceeding a limit ends
 * the whole operation.
 */
export class Executor {
  private readonly meter: Meter;

  /** `noted`: the errors so far; `tally`: of the part of the answer that it completes. */
  constructor(
    private readonly operation: Operation,
    private readonly noted: { readonly errors: GraphQLError[]; omitted: number } = { errors: [], omitted: 0 },
    private readonly tally: Tally = new Tally(operation.context.meter),
    private readonly repeats: Repeats = new Repeats(operation.context.meter),
  ) {
    this.meter = operation.context.meter;
  }

  get errors(): readonly GraphQLError[] {
    return this.noted.errors;
  }

  /** An object that is a context is a cluster: what is below it is read with it. */
  private within(context: GraphContext): Executor {
    return new Executor({ ...this.operation, context }, this.noted, this.tally);
  }

  /** The data; null if an error has propagated to the root. The errors are in `errors`. */
  async run(): Promise<Data | null> {
    const { schema, definition, rootValue, fields } = this.operation;
    const type = schema.getRootType(definition.operation);
    if (!type) throw new GraphQLError(`Schema is not configured to execute ${definition.operation} operation.`, { nodes: definition });
    try {
      return await (definition.operation === 'mutation' ? this.inSequence(type, rootValue, fields) : this.object(type, rootValue, fields));
    } catch (error) {
      this.note(error as GraphQLError);
      return null;
    } finally {
      if (this.noted.omitted > 0) this.noted.errors.push(new GraphQLError(`${this.noted.omitted} more errors are omitted.`));
    }
  }

  private async inSequence(type: GraphQLObjectType, source: unknown, fields: readonly PlannedField[]): Promise<Data> {
    const data: Data = Object.create(null);
    for (const field of fields) {
      await this.meter.turn();
      data[field.name] = await this.field(type, source, field, { key: field.name, prev: undefined, typename: type.name });
    }
    return data;
  }

  private object(type: GraphQLObjectType, source: unknown, fields: readonly PlannedField[], path?: Path): MaybePromise<Data> {
    const data: Data = Object.create(null);
    const pending: Array<Promise<unknown>> = [];
    try {
      for (const field of fields) {
        const value = this.field(type, source, field, { key: field.name, prev: path, typename: type.name });
        data[field.name] = value;
        if (isPromise(value)) {
          pending.push(
            value.then((settled) => {
              data[field.name] = settled;
            }),
          );
        }
      }
    } catch (error) {
      return rejectAfter(pending, error);
    }
    return pending.length === 0 ? data : Promise.all(pending).then(() => data);
  }

  private field(type: GraphQLObjectType, source: unknown, field: PlannedField, path: Path): MaybePromise<unknown> {
    const { definition, nodes, name } = field;
    const failed = (error: unknown): null => {
      if (endsOperation(error)) throw error;
      const located = locatedError(error, nodes, keysOf(path));
      if (isNonNullType(definition.type)) throw located;
      this.note(located);
      return null;
    };
    try {
      this.tally.count('bytes', name.length + 4);
      const result = definition.resolve
        ? definition.resolve(source, field.args(), this.operation.context, this.info(type, field, path))
        : (source as Data)[definition.name];
      const value = isPromise(result)
        ? result.then((settled) => this.inTurn(() => this.complete(definition.type, field, settled, path)))
        : this.complete(definition.type, field, result, path);
      return isPromise(value) ? value.catch(failed) : value;
    } catch (error) {
      return failed(error);
    }
  }

  /** Goes on with what has been waited for: many fields may have waited for the same. */
  private inTurn<T>(goOn: () => MaybePromise<T>): MaybePromise<T> {
    const wait = this.meter.turn();
    return wait ? wait.then(goOn) : goOn();
  }

  private complete(type: GraphQLOutputType, field: PlannedField, value: unknown, path: Path): MaybePromise<unknown> {
    if (value instanceof Error) throw value;
    if (isNonNullType(type)) {
      const completed = this.complete(type.ofType, field, value, path);
      if (isPromise(completed)) return completed.then((settled) => this.present(settled, field, path));
      return this.present(completed, field, path);
    }
    if (value === null || value === undefined) return null;
    if (isListType(type)) return this.list(type, field, value, path);
    if (isLeafType(type)) return this.leaf(type, value);
    this.tally.count('objects', 1);
    if (isObjectType(type)) return this.completeObject(type, field, value, path);
    const name = type.resolveType?.(value, this.operation.context, this.info(type, field, path), type);
    const actual = typeof name === 'string' ? this.operation.schema.getType(name) : undefined;
    if (!isObjectType(actual)) throw new Error(`no type of the schema is that of the object at ${keysOf(path).join('.')}`);
    return this.completeObject(actual, field, value, path);
  }

  /** An object of an answer: one that a field of many objects reads is made once, however many of them lead to it. */
  private completeObject(type: GraphQLObjectType, field: PlannedField, value: unknown, path: Path): MaybePromise<Data> {
    const fields = field.fieldsOf(type);
    if (value instanceof GraphContext) return this.within(value).object(type, value, fields, path);
    if (!field.reads || !isListed(path) || typeof value !== 'object' || value === null) return this.object(type, value, fields, path);
    return this.repeats.of({ fields, source: value, whole: this.tally }, (tally) =>
      new Executor(this.operation, this.noted, tally, this.repeats).object(type, value, fields, path),
    );
  }

  private present(value: unknown, { definition, nodes }: PlannedField, path: Path): unknown {
    if (value !== null) return value;
    throw new GraphQLError(`Cannot return null for non-nullable field ${path.typename ?? ''}.${definition.name}.`, { nodes });
  }

  private leaf(type: GraphQLLeafType, value: unknown): unknown {
    const serialized = type.serialize(value);
    this.tally.count('bytes', lengthOf(serialized));
    return serialized ?? null;
  }

  /** Between any two items the operation may have to wait for its turn. */
  private list(type: GraphQLList<GraphQLOutputType>, field: PlannedField, value: unknown, path: Path): MaybePromise<unknown[]> {
    if (value instanceof PartialList) {
      for (const error of value.errors) this.note(locatedError(error, field.nodes, keysOf(path)));
      return this.list(type, field, value.items, path);
    }
    if (!Array.isArray(value)) throw new Error(`${field.definition.name} is not a list`);
    const items: readonly unknown[] = value;
    const done: unknown[] = new Array(items.length);
    const pending: Array<Promise<unknown>> = [];
    const goOn = (from: number): MaybePromise<void> => {
      for (let index = from; index < items.length; index += 1) {
        const wait = this.meter.turn();
        if (wait) return wait.then(() => goOn(index));
        const item = this.item(type.ofType, field, items[index], { key: index, prev: path, typename: undefined });
        if (isPromise(item)) {
          const settling = item.then((settled) => {
            done[index] = settled;
          });
          // It may reject while the loop waits for its turn: the rejection is handled below.
          settling.catch(() => undefined);
          pending.push(settling);
        } else done[index] = item;
      }
      return undefined;
    };
    try {
      const waiting = goOn(0);
      if (waiting)
        return waiting
          .then(() => Promise.all(pending))
          .then(
            () => done,
            (error: unknown) => rejectAfter(pending, error),
          );
    } catch (error) {
      return rejectAfter(pending, error);
    }
    return pending.length === 0 ? done : Promise.all(pending).then(() => done);
  }

  private item(type: GraphQLOutputType, field: PlannedField, value: unknown, path: Path): MaybePromise<unknown> {
    const failed = (error: unknown): null => {
      if (endsOperation(error)) throw error;
      const located = locatedError(error, field.nodes, keysOf(path));
      if (isNonNullType(type)) throw located;
      this.note(located);
      return null;
    };
    try {
      const named = isNonNullType(type) ? type.ofType : type;
      if (isLeafType(named)) this.tally.count('objects', 1);
      const completed = isPromise(value)
        ? value.then((settled) => this.complete(type, field, settled, path))
        : this.complete(type, field, value, path);
      return isPromise(completed) ? completed.catch(failed) : completed;
    } catch (error) {
      return failed(error);
    }
  }

  private info(parentType: GraphQLResolveInfo['parentType'] | GraphQLOutputType, field: PlannedField, path: Path): GraphQLResolveInfo {
    const { schema, fragments, definition, variables, rootValue } = this.operation;
    return {
      fieldName: field.definition.name,
      fieldNodes: field.nodes,
      returnType: field.definition.type,
      parentType: parentType as GraphQLObjectType,
      path,
      schema,
      fragments,
      rootValue,
      operation: definition,
      variableValues: variables as GraphQLResolveInfo['variableValues'],
    };
  }

  private note(error: GraphQLError): void {
    this.tally.fail();
    if (this.errors.length < limits.errors) this.noted.errors.push(error);
    else this.noted.omitted += 1;
  }
}

/** Rejects only after everything else has settled, so that no rejection is unhandled. */
function rejectAfter(pending: ReadonlyArray<Promise<unknown>>, error: unknown): Promise<never> {
  return Promise.allSettled(pending).then(() => {
    throw error;
  });
}
