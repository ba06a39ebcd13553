import { descriptionOf, fieldDescription } from '#api';
import { type EventLoop, Graphs, Turns } from '#graphql';
import type { Log } from '#hosting';

/** Node's event loop: setImmediate runs after sockets were looked at, nextTick from a promise when no other promise can go on. */
const eventLoop: EventLoop = {
  now: () => performance.now(),
  // threadCpuUsage came with Node 23.9; before it the whole process is the nearest there is.
  worked: () => {
    const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)();
    return (user + system) / 1_000;
  },
  nextTurn: (run) => void setImmediate(run),
  whenSettled: (run) => queueMicrotask(() => process.nextTick(run)),
};

/** The graphs of all clusters, for HTTP and WebSockets alike. */
export function openGraphs(log: Log): Graphs {
  return new Graphs(
    {
      running: new Map(),
      turns: new Turns(eventLoop),
      onUnexpected: (error, requestId) => log.error({ err: error, requestId }, 'GraphQL operation failed'),
    },
    { ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription },
  );
}
