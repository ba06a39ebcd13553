import { descriptionOf, fieldDescription } from '#api';
import { machineTimers } from '#cluster';
import { type EventLoop, Graphs, Turns } from '#graphql';
import type { Log } from '#hosting';

/**
 * Node's event loop: setImmediate runs after sockets have been polled; nextTick, called from a promise, runs when no other promise can
 * continue.
 */
export const eventLoop: EventLoop = {
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

/** The graphs of all clusters, used for HTTP and WebSockets. */
export function openGraphs(log: Log): Graphs {
  return new Graphs(
    {
      running: new Map(),
      subscribed: new Map(),
      turns: new Turns(eventLoop),
      onUnexpected: (error, requestId) => log.error({ err: error, requestId }, 'GraphQL operation failed'),
    },
    { ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription },
  );
}
