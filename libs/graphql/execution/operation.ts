import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
} from 'graphql';
import type { Served } from '#api';
import { GraphContext, type GraphSession } from '../context.js';
import { estimate } from '../cost/estimate.js';
import { isLonger } from '../cost/values.js';
import { checkVariables, checkVariableTypes } from '../cost/variables.js';
import { type OnUnexpected, type Reporting, toGraphQLError } from '../errors.js';
import type { GraphKinds } from '../kinds.js';
import { type Counted, limits, operationLimits } from '../limits.js';
import type { Audiences, Member } from './audiences.js';
import { addToCount } from './cluster-counts.js';
import { Executor } from './executor.js';
import { type Cost, Meter } from './meter.js';
import type { Pieces } from './pieces.js';
import { type PlannedField, planFields, type Source } from './plan.js';
import { Seats, seatsOf } from './seats.js';
import type { Turns } from './turns.js';

/** An operation as sent by the client, parsed and validated. */
export interface GraphRequest {
  readonly document: DocumentNode;
  readonly variables?: Readonly<Record<string, unknown>> | null;
  readonly operationName?: string | null;
}

/** The answer to one operation, or to one event of a subscription. */
export interface GraphResult {
  errors?: readonly GraphQLFormattedError[];
  data?: Record<string, unknown> | null;
  extensions?: { cost: Cost };
}

/** What operations are executed with. */
export interface Runtime {
  readonly schema: GraphQLSchema;
  readonly kinds: GraphKinds;
  /** The kinds of a cluster that serves these. */
  readonly kindsOf: (served: Served) => Pieces<GraphKinds>;
  readonly turns: Turns;
  readonly onUnexpected: OnUnexpected;
  /** The seats that running operations of each cluster take. */
  readonly running: Map<string, number>;
  /** The number of open subscriptions of each cluster. */
  readonly subscribed: Map<string, number>;
  /** Its equal subscriptions. */
  readonly audiences: Audiences;
}

interface Prepared extends Source {
  readonly definition: OperationDefinitionNode;
  /** The plan, which all events of a subscription share. */
  readonly fields: readonly PlannedField[];
  readonly estimated: number;
}

/** The values of an operation's variables; long ones take several turns. */
async function valuesOf(
  { schema }: Runtime,
  { variableDefinitions: definitions = [] }: OperationDefinitionNode,
  { variables, meter }: { variables: GraphRequest['variables']; meter: Meter },
): Promise<Source['variables']> {
  const turn = isLonger(variables, limits.longVariables) ? () => meter.turn() : () => undefined;
  await turn();
  checkVariables(variables);
  await turn();
  checkVariableTypes(schema, definitions, variables ?? {});
  const coerced: Record<string, unknown> = {};
  const errors: GraphQLError[] = [];
  for (const definition of definitions) {
    await turn();
    const values = getVariableValues(schema, [definition], variables ?? {}, { maxErrors: 50 });
    if (values.errors) errors.push(...values.errors);
    else Object.assign(coerced, values.coerced);
  }
  if (errors.length > 0) throw new AggregateError(errors.slice(0, 51));
  await turn();
  return coerced;
}

/** All checks before an operation runs. Throws GraphQLErrors, or a list of them. */
async function prepare(runtime: Runtime, { document, variables, operationName }: GraphRequest, meter: Meter): Promise<Prepared> {
  const { schema } = runtime;
  const definition = getOperationAST(document, operationName);
  if (!definition) {
    throw new GraphQLError(
      operationName ? `Unknown operation named "${operationName}".` : 'Must provide operation name if query contains multiple operations.',
    );
  }
  const values = await valuesOf(runtime, definition, { variables, meter });
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null);
  for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments[node.name.value] = node;
  const source: Source = { schema, fragments, variables: values };
  const estimated = estimate(source, definition);
  const type = schema.getRootType(definition.operation);
  if (!type) throw new GraphQLError(`Schema is not configured to execute ${definition.operation} operation.`, { nodes: definition });
  return { ...source, definition, estimated, fields: planFields(source, type, [definition.selectionSet]) };
}

const refused = (error: unknown, reporting: Reporting): GraphResult => ({
  errors: (error instanceof AggregateError ? (error.errors as unknown[]) : [error]).map((one) => toGraphQLError(one, reporting).toJSON()),
});

const costOf = (estimated: number, meter: Meter, bounds: Record<Counted, number>): Cost => ({
  estimated,
  used: meter.used(),
  limits: { estimated: limits.estimate, ...bounds },
});

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}

/** Executes the operations of one session. */
export class Operations {
  private readonly reporting: Reporting;

  constructor(
    private readonly runtime: Runtime,
    private readonly session: GraphSession,
    private readonly bounds: Record<Counted, number> = operationLimits,
  ) {
    this.reporting = { requestId: session.requestId, onUnexpected: runtime.onUnexpected };
  }

  /** Executes a query or a mutation. Never rejects. If the result has no `data`, execution was not started. */
  async run(request: GraphRequest): Promise<GraphResult> {
    const seats = new Seats(this.runtime.running, this.session.cluster.id);
    try {
      seats.widen(1);
      const meter = this.meter();
      const prepared = await prepare(this.runtime, request, meter);
      seats.widen(seatsOf(prepared.estimated));
      return await this.execute(request, prepared, meter);
    } catch (error) {
      return refused(error, this.reporting);
    } finally {
      seats.leave();
    }
  }

  /** Starts a subscription; each of its events is executed like a separate operation. Never rejects. */
  async subscribe(request: GraphRequest): Promise<AsyncGenerator<GraphResult, void, void> | GraphResult> {
    let end = (): void => undefined;
    try {
      const prepared = await prepare(this.runtime, request, this.meter());
      end = this.subscribed();
      const source = await createSourceEventStream({
        schema: this.runtime.schema,
        document: request.document,
        variableValues: request.variables,
        operationName: request.operationName,
        contextValue: this.context(this.meter()),
      });
      if (!(Symbol.asyncIterator in source)) throw new AggregateError((source as ExecutionResult).errors ?? []);
      const member = this.join(request);
      const stop = () => {
        end();
        member?.leave();
      };
      return this.events(request, prepared, { source: source as AsyncGenerator<unknown>, member, end: once(stop) });
    } catch (error) {
      end();
      return refused(error, this.reporting);
    }
  }

  /** Counts a subscription of the cluster until what it returns is called. Throws if there are too many. */
  private subscribed(): () => void {
    const most = limits.subscriptionsAtOnce;
    const { subscribed } = this.runtime;
    const { id } = this.session.cluster;
    const others = subscribed.get(id) ?? 0;
    if (others >= most) {
      const message = `${others} subscriptions of this cluster are open, and ${most} is the limit: end some, or follow several kinds with one.`;
      throw new GraphQLError(message, { extensions: { code: 'TOO_MANY_REQUESTS' } });
    }
    addToCount(subscribed, id, 1);
    return once(() => addToCount(subscribed, id, -1));
  }

  /** Joins the subscriptions that are equal to it; undefined for a long one. */
  private join({ document, variables = {}, operationName = '' }: GraphRequest): Member | undefined {
    const text = document.loc?.source.body;
    const most = limits.sharedOperation;
    if (text === undefined || text.length > most || isLonger(variables, most)) return undefined;
    const { cluster, viewer } = this.session;
    const key = JSON.stringify([cluster.id, viewer, text, variables, operationName, this.bounds]);
    return this.runtime.audiences.join(this.runtime.schema, cluster.id, key);
  }

  private events(
    request: GraphRequest,
    prepared: Prepared,
    { source, member, end }: { source: AsyncGenerator<unknown>; member: Member | undefined; end(): void },
  ): AsyncGenerator<GraphResult, void, void> {
    const answer = (event: unknown): Promise<GraphResult> => {
      const make = () => this.execute(request, prepared, this.meter(), event);
      return member ? member.answer(event, make) : make();
    };
    const stop = async (): Promise<void> => {
      end();
      await source.return(undefined);
    };
    const events: AsyncGenerator<GraphResult, void, void> = {
      next: async () => {
        try {
          const { value, done } = await source.next();
          if (!done) return { value: await answer(value), done: false };
        } catch (error) {
          end();
          throw toGraphQLError(error, this.reporting);
        }
        end();
        return { value: undefined, done: true };
      },
      // Stops the source even while it waits for its next event, which a generator function would not.
      return: async () => {
        await stop();
        return { value: undefined, done: true };
      },
      throw: async (error: unknown) => {
        await stop();
        throw error;
      },
      [Symbol.asyncIterator]: () => events,
      [Symbol.asyncDispose]: stop,
    };
    return events;
  }

  private async execute({ document }: GraphRequest, prepared: Prepared, meter: Meter, rootValue?: unknown): Promise<GraphResult> {
    const { estimated, definition } = prepared;
    const context = this.context(meter);
    const executor = new Executor({ ...prepared, document, context, rootValue });
    const shown = (errors: readonly unknown[]) => errors.map((error) => toGraphQLError(error, this.reporting).toJSON());
    try {
      const data = await meter.guard(() => executor.run());
      const { errors } = executor;
      return { ...(errors.length > 0 ? { errors: shown(errors) } : {}), data, extensions: { cost: costOf(estimated, meter, this.bounds) } };
    } catch (error) {
      const located =
        error instanceof GraphQLError && !error.nodes ? new GraphQLError(error.message, { ...error, nodes: definition }) : error;
      return { errors: shown([located]), data: null, extensions: { cost: costOf(estimated, meter, this.bounds) } };
    }
  }

  private meter(): Meter {
    return new Meter(this.runtime.turns.share(this.session.cluster.id), this.bounds);
  }

  private context(meter: Meter): GraphContext {
    return new GraphContext(this.session, this.runtime, meter);
  }
}
