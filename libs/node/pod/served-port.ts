import type { corev1 } from '#api';
import type { ProgramView, ServedPort } from '../images/program.js';
import { programOfContainer } from './programs.js';

/** A port on which a program listens. */
export interface Served {
  port: ServedPort;
  container: corev1.Container;
}

/** The port of a pod's network on which one of its running containers listens; undefined if none does. */
export function servedPort({ spec, status }: corev1.Pod, port: number): Served | undefined {
  const running = new Set<string>();
  for (const { name, state } of [...(status?.containerStatuses ?? []), ...(status?.initContainerStatuses ?? [])])
    if (state?.running) running.add(name);
  for (const container of [...(spec.containers ?? []), ...(spec.initContainers ?? [])]) {
    if (!running.has(container.name)) continue;
    const program = programOfContainer(container);
    if (program === undefined || program.does === 'not-start') continue;
    const found = program.ports.find((served) => served.port === port);
    if (found) return { port: found, container };
  }
  return undefined;
}

/** What a program sees that looks at nothing but its host name: without arguments, environment and files. */
export function bareView({ metadata, status }: corev1.Pod): ProgramView {
  const { podIP = '' } = status ?? {};
  return { args: [], env: new Map(), hostname: metadata.name, podIP, now: 0, startedAt: 0, read: () => undefined };
}
