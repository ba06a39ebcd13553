import { Node } from '#api';
import { perCluster } from '#client';
import type { ReconcileContext } from '#controller-runtime';

/** The last write about the volumes of a node: they are made one after the other, or those of many volumes would conflict. */
const writes = perCluster(() => new Map<string, Promise<void>>());

/** Whether a node is to say that a volume is attached to it. */
interface Report {
  node: string;
  uniqueName: string;
  attached: boolean;
}

/** Puts a volume into the status of a node, or takes it out. Throws a conflict if the node was changed meanwhile. */
export function reportAttached(report: Report, ctx: ReconcileContext): Promise<void> {
  const ofCluster = writes(ctx.informers);
  const before = ofCluster.get(report.node) ?? Promise.resolve();
  const write = before.catch(() => undefined).then(() => writeAttached(report, ctx));
  ofCluster.set(report.node, write);
  return write.finally(() => {
    if (ofCluster.get(report.node) === write) ofCluster.delete(report.node);
  });
}

async function writeAttached({ node: name, uniqueName, attached }: Report, { client, informers }: ReconcileContext): Promise<void> {
  const node = informers.of(Node).get(name);
  const reported = node?.status?.volumesAttached ?? [];
  if (node === undefined || reported.some((one) => one.name === uniqueName) === attached) return;
  const others = reported.filter((one) => one.name !== uniqueName);
  const volumesAttached = attached ? [...others, { name: uniqueName, devicePath: '' }] : others;
  const { resourceVersion } = node.metadata;
  const patch = { metadata: { resourceVersion }, status: { volumesAttached: volumesAttached.length > 0 ? volumesAttached : null } };
  await client.patch(Node, name, undefined, 'merge', patch, { subresource: 'status' });
}
