import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, UseGuards } from '@nestjs/common';
import { Problem, validated } from '#hosting';
import { type Asker, type Clusters, type Copies, NameTaken, type PastState } from '#platform';
import { CLUSTER_ADDRESS, CLUSTERS, COPIES } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { creationProblem, pastProblem } from './problems.js';
import { createSnapshotSchema, forkSchema, resetSchema, restoreSchema } from './schemas/copies.js';
import { madeOfAll, namesOf } from './several.js';
import { type ClusterAddress, createdView, snapshotView } from './views.js';

/** Who changes a cluster through this API, in the cluster's log. */
const USER = 'orrery:platform';

const stateOf = ({ revision, snapshot }: { revision?: number | undefined; snapshot?: string | undefined }): PastState | undefined => {
  if (snapshot !== undefined) return { snapshot };
  return revision === undefined ? undefined : { revision };
};

const askerOf = ({ id }: { id: string }): Asker => ({ requestId: id, user: USER });

/** /platform/v1/clusters/ID/{fork,snapshots,restore,reset} */
@Controller('platform/v1/clusters/:cluster')
@UseGuards(PlatformGuard)
export class CopiesController {
  constructor(
    @Inject(COPIES) private readonly copies: Copies,
    @Inject(CLUSTERS) private readonly clusters: Clusters,
    @Inject(CLUSTER_ADDRESS) private readonly address: ClusterAddress,
  ) {}

  @Post('fork')
  async fork(@Param('cluster') cluster: string, @Body() body: unknown) {
    const { name, clock, count, ...state } = validated(forkSchema, body);
    const of = stateOf(state);
    const make = (named: string) =>
      this.past(cluster, () =>
        this.copies.fork(cluster, { name: named, ...(of && { of }), ...(clock && { clock }) }).catch((error: unknown) => {
          throw creationProblem(error, named);
        }),
      );
    if (count === undefined) return createdView(await make(name), this.address);
    const made = await madeOfAll(namesOf(name, count), { make, undo: (fork) => this.clusters.remove(fork.cluster.id) });
    return { items: made.map((fork) => createdView(fork, this.address)) };
  }

  @Get('snapshots')
  async list(@Param('cluster') cluster: string) {
    const snapshots = await this.past(cluster, () => this.copies.snapshots(cluster));
    return { items: snapshots.map(snapshotView) };
  }

  @Post('snapshots')
  async add(@Param('cluster') cluster: string, @Body() body: unknown) {
    const { name, revision } = validated(createSnapshotSchema, body);
    const request = { name, ...(revision !== undefined && { revision }) };
    const made = this.past(cluster, () => this.copies.addSnapshot(cluster, request));
    return snapshotView(
      await made.catch((error: unknown) => {
        throw error instanceof NameTaken ? new Problem(409, `the cluster already has a snapshot named ${name}`) : error;
      }),
    );
  }

  @Delete('snapshots/:name')
  @HttpCode(204)
  async remove(@Param('cluster') cluster: string, @Param('name') name: string): Promise<void> {
    const known = isReference(cluster) && isReference(name);
    if (!known || !(await this.copies.removeSnapshot(cluster, name))) throw new Problem(404, `there is no snapshot ${name}`);
  }

  @Post('restore')
  @HttpCode(200)
  async restore(@Param('cluster') cluster: string, @Body() body: unknown, @Req() request: { id: string }) {
    const state = stateOf(validated(restoreSchema, body));
    return this.past(cluster, async () => state && this.copies.restore(cluster, state, askerOf(request)));
  }

  @Post('reset')
  @HttpCode(200)
  async reset(@Param('cluster') cluster: string, @Body() body: unknown, @Req() request: { id: string }) {
    const { to } = validated(resetSchema, body ?? {});
    const asker = askerOf(request);
    return this.past(cluster, () =>
      to === undefined ? this.copies.reset(cluster, asker) : this.copies.restore(cluster, { snapshot: to }, asker),
    );
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
