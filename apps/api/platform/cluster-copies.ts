import { Problem, validated } from '#hosting';
import { type Asker, type Clusters, type Copies, NameTaken, type PastState } from '#platform';
import { isReference, noCluster } from './ids.js';
import { creationProblem, pastProblem } from './problems.js';
import { createSnapshotSchema, forkSchema, resetSchema, restoreSchema } from './schemas/copies.js';
import { madeOfAll, namesOf } from './several.js';
import { snapshotView } from './views.js';

/** Who changes a cluster through this API, in the cluster's log. */
const USER = 'orrery:platform';

const stateOf = ({ revision, snapshot }: { revision?: number | undefined; snapshot?: string | undefined }): PastState | undefined => {
  if (snapshot !== undefined) return { snapshot };
  return revision === undefined ? undefined : { revision };
};

const askerOf = (requestId: string): Asker => ({ requestId, user: USER });

export interface ClusterCopiesParts {
  copies: Copies;
  clusters: Pick<Clusters, 'remove'>;
}

/** Forks, snapshots and restored clusters, as REST and GraphQL make them. Bodies are validated here; throws Problems. */
export class ClusterCopies {
  constructor(private readonly parts: ClusterCopiesParts) {}

  /** One fork, or `several` that are made alike. */
  async fork(cluster: string, body: unknown) {
    const { name, clock, count, ...state } = validated(forkSchema, body);
    const of = stateOf(state);
    const make = (named: string) =>
      this.past(cluster, () =>
        this.parts.copies.fork(cluster, { name: named, ...(of && { of }), ...(clock && { clock }) }).catch((error: unknown) => {
          throw creationProblem(error, named);
        }),
      );
    if (count === undefined) return { several: false, made: [await make(name)] };
    const made = await madeOfAll(namesOf(name, count), { make, undo: (fork) => this.parts.clusters.remove(fork.cluster.id) });
    return { several: true, made };
  }

  async snapshots(cluster: string) {
    return (await this.past(cluster, () => this.parts.copies.snapshots(cluster))).map(snapshotView);
  }

  async addSnapshot(cluster: string, body: unknown) {
    const { name, revision } = validated(createSnapshotSchema, body);
    const request = { name, ...(revision !== undefined && { revision }) };
    const made = this.past(cluster, () => this.parts.copies.addSnapshot(cluster, request));
    return snapshotView(
      await made.catch((error: unknown) => {
        throw error instanceof NameTaken ? new Problem(409, `the cluster already has a snapshot named ${name}`) : error;
      }),
    );
  }

  /** Whether there was one. */
  async removeSnapshot(cluster: string, name: string): Promise<boolean> {
    return isReference(cluster) && isReference(name) && this.parts.copies.removeSnapshot(cluster, name);
  }

  restore(cluster: string, body: unknown, requestId: string) {
    const state = stateOf(validated(restoreSchema, body));
    return this.past(cluster, async () => state && this.parts.copies.restore(cluster, state, askerOf(requestId)));
  }

  reset(cluster: string, body: unknown, requestId: string) {
    const { to } = validated(resetSchema, body ?? {});
    const { copies } = this.parts;
    const asker = askerOf(requestId);
    return this.past(cluster, () => (to === undefined ? copies.reset(cluster, asker) : copies.restore(cluster, { snapshot: to }, asker)));
  }

  /** The result; throws problems for a cluster or a state that does not exist. */
  private async past<T>(cluster: string, work: () => Promise<T | undefined>): Promise<T> {
    if (!isReference(cluster)) throw noCluster(cluster);
    const result = await work().catch((error: unknown) => {
      throw pastProblem(error);
    });
    if (result === undefined) throw noCluster(cluster);
    return result;
  }
}
