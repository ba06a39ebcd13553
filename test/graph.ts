import { setImmediate as giveWay } from 'node:timers/promises';
import { parse, validate } from 'graphql';
import { beginTransaction, inProcessClient, type UserInfo } from '#apiserver';
import { type AuditLog, createAuditLog, memoryAuditStore } from '#audit';
import { type LocalCluster, machineTimers } from '#cluster';
import {
  type EventLoop,
  type GraphAudit,
  GraphContext,
  type GraphResult,
  type GraphSession,
  Graphs,
  type HistoryEntry,
  Meter,
  Operations,
  operationLimits,
  type Runtime,
  Turns,
  type WholeHistory,
} from '#graphql';
import { revisionAt } from '#history';
import { Compacted } from '#storage';
import { explained, mustReadRoles } from '../apps/api/explain.js';
import { graphFaults } from '../apps/api/graphql/graph-faults.js';
import { graphScheduling } from '../apps/api/graphql/graph-scheduling.js';
import { guardedAudit, guardedHistory, guardOf } from '../apps/api/graphql/guard.js';

/** Node's event loop, in the form in which the api passes it to the graph. */
const eventLoop: EventLoop = {
  now: () => performance.now(),
  // threadCpuUsage exists since Node 23.9; before, the CPU time of the process is the closest value.
  worked: () => {
    const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
    return (user + system) / 1_000;
  },
  nextTurn: (run) => void setImmediate(run),
  whenSettled: (run) => queueMicrotask(() => process.nextTick(run)),
  after: machineTimers.after,
};

/** The cluster's log, from its watches. */
function historyOf({ store }: LocalCluster): WholeHistory {
  const follow: WholeHistory['follow'] = (after, onEntry, onEnd) =>
    store.watch('/registry/', after, {
      event: ({ type, revision, current, previous, cause, at }) =>
        onEntry({
          type,
          revision,
          key: current.key,
          value: current.value,
          cause,
          at,
          ...(previous && { previousRevision: previous.revision }),
        }),
      end: onEnd,
    });
  const past: Pick<WholeHistory, 'log' | 'revision'> = {
    revision: () => store.revision(),
    async log(after, limit) {
      const last = await store.revision();
      const entries: HistoryEntry[] = [];
      if (after >= last) return entries;
      let stop: () => void = () => undefined;
      await new Promise<void>((resolve, reject) => {
        const onEntry = (entry: HistoryEntry) => {
          entries.push(entry);
          if (entry.revision === last) resolve();
        };
        follow(after, onEntry, reject).then((end) => {
          stop = end;
        }, reject);
      });
      stop();
      return entries.slice(0, limit);
    },
  };
  const oldest = () =>
    past.log(0, 1, 1).then(
      () => 0,
      (error: unknown) => {
        if (error instanceof Compacted) return error.compactRevision;
        throw error;
      },
    );
  return { ...past, follow, oldest, revisionAt: async (time) => revisionAt(past, { time, oldest: await oldest() }) };
}

const auditOf = (log: AuditLog): GraphAudit => ({
  page: (selection, page) => log.page('local', selection, page),
  follow: (selection, on) => log.follow('local', selection, on),
});

/** The graph over a cluster in this process. */
export class LocalGraph {
  private readonly graphs: Graphs;
  /** What `audit` shows; clients of this cluster do not fill it by themselves. */
  readonly audit = createAuditLog({
    store: memoryAuditStore({ bytes: 1024 * 1024, age: 1_000_000 }),
    now: Date.now,
    after: machineTimers.after,
    giveWay,
    bytes: 1024 * 1024,
    failed: (error) => void this.unexpected.push(error),
  });
  private readonly opened: Omit<GraphSession, 'served'>;
  /** Unexpected errors. */
  readonly unexpected: unknown[] = [];

  constructor(
    private readonly cluster: LocalCluster,
    loop: EventLoop = eventLoop,
    user: UserInfo = { name: 'admin', groups: ['system:masters'] },
  ) {
    this.graphs = new Graphs(
      { running: new Map(), subscribed: new Map(), turns: new Turns(loop), onUnexpected: (error) => this.unexpected.push(error) },
      { ofDefinition: () => undefined, ofField: () => undefined },
    );
    const guard = guardOf(cluster.api, user, ({ start }) => start());
    const requests = { user: () => user, requestId: () => 'request-1' };
    this.opened = {
      client: inProcessClient(cluster.api, requests),
      transaction: (how) => beginTransaction(cluster.api, requests, how),
      history: guardedHistory(historyOf(cluster), guard),
      cluster: { id: 'local', name: 'local', gitVersion: 'v1.36.0' },
      viewer: JSON.stringify(user),
      now: () => this.cluster.api.cluster.clock.now(),
      audit: guardedAudit(auditOf(this.audit), guard),
      access: { explain: (question) => mustReadRoles(cluster.api, user).then(() => explained(cluster.api, question, user)) },
      faults: graphFaults(cluster.api, guard),
      scheduling: graphScheduling(cluster.api, guard.check),
      requestId: 'request-1',
    };
  }

  /** The context of a request, as of now. */
  get session(): GraphSession {
    const { storages } = this.cluster.api.cluster;
    return {
      ...this.opened,
      get served() {
        return storages.served();
      },
    };
  }

  /** What an operation of the cluster is executed with now. */
  get runtime(): Promise<Runtime> {
    return this.graphs.of(this.session);
  }

  /** The graph of a cluster that serves these. */
  graphOf(id: string, served: GraphSession['served']): Promise<Runtime> {
    return this.graphs.of({ cluster: { ...this.opened.cluster, id }, served });
  }

  /** The context of resolvers, for one operation. */
  async context(): Promise<GraphContext> {
    const runtime = await this.runtime;
    return new GraphContext(this.session, runtime, new Meter(runtime.turns.share('local')));
  }

  /** Executes a valid operation. */
  async run(query: string, variables: Record<string, unknown> = {}, bounds: Partial<typeof operationLimits> = {}): Promise<GraphResult> {
    const document = parse(query);
    const runtime = await this.runtime;
    const errors = validate(runtime.schema, document);
    if (errors.length > 0) throw new Error(errors.join('\n'));
    return new Operations(runtime, this.session, { ...operationLimits, ...bounds }).run({ document, variables });
  }

  /** The data of a valid operation, as plain JSON; throws if the answer has errors. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are compared whole
  async data<T = any>(query: string, variables?: Record<string, unknown>): Promise<T> {
    const { data, errors } = await this.run(query, variables);
    if (errors) throw new Error(errors.map(({ message }) => message).join('\n'));
    return JSON.parse(JSON.stringify(data));
  }

  /** Starts a valid subscription. */
  async subscribe(query: string): Promise<AsyncGenerator<GraphResult, void, void>> {
    const source = await new Operations(await this.runtime, this.session).subscribe({ document: parse(query) });
    if (!(Symbol.asyncIterator in source)) throw new Error(JSON.stringify(source.errors));
    return source;
  }
}
