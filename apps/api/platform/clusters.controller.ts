import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Patch, Post, Query, UseGuards } from '@nestjs/common';
import { systemClock } from '#apimachinery';
import { validated } from '#hosting';
import {
  adminCertificate,
  type Cluster,
  type ClusterKeys,
  type Clusters,
  type Credential,
  kubeconfig,
  type Organizations,
  timeOf,
} from '#platform';
import { CLUSTER_ADDRESS, CLUSTER_KEYS, CLUSTER_TIME, CLUSTERS, NEW_CLUSTERS, ORGANIZATIONS, PAST } from '../tokens.js';
import type { ClusterTime } from './cluster-time.js';
import { isReference, noCluster } from './ids.js';
import type { NewClusters } from './new-clusters.js';
import { ownerOf } from './owner.js';
import type { Past } from './past.js';
import { PlatformGuard } from './platform.guard.js';
import { kubeconfigSchema, listClustersSchema } from './schemas/clusters.js';
import { type ClusterAddress, clusterView, createdView } from './views.js';

/** /platform/v1/clusters */
@Controller('platform/v1/clusters')
@UseGuards(PlatformGuard)
export class ClustersController {
  constructor(
    @Inject(CLUSTERS) private readonly clusters: Clusters,
    @Inject(ORGANIZATIONS) private readonly organizations: Organizations,
    @Inject(CLUSTER_ADDRESS) private readonly address: ClusterAddress,
    @Inject(CLUSTER_KEYS) private readonly keys: ClusterKeys,
    @Inject(CLUSTER_TIME) private readonly time: ClusterTime,
    @Inject(PAST) private readonly past: Past,
    @Inject(NEW_CLUSTERS) private readonly newClusters: NewClusters,
  ) {}

  @Get()
  async list(@Query() query: unknown) {
    const { organization: wanted } = validated(listClustersSchema, query);
    const organizationId = wanted === undefined ? undefined : (await ownerOf(this.organizations, wanted)).id;
    return { items: (await this.clusters.list({ organizationId })).map((cluster) => clusterView(cluster, this.address)) };
  }

  @Post()
  async create(@Body() body: unknown) {
    const { several, made } = await this.newClusters.create(body);
    const items = made.map((one) => createdView(one, this.address));
    return several ? { items } : items[0];
  }

  @Get(':id')
  async show(@Param('id') id: string) {
    const cluster = await this.clusterOf(id);
    return { ...clusterView(cluster, this.address), ...(await this.past.revisions(id)) };
  }

  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown) {
    return clusterView(await this.time.change(id, body), this.address);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    if (!isReference(id) || !(await this.clusters.remove(id))) throw noCluster(id);
  }

  @Get(':id/kubeconfig')
  @Header('content-type', 'application/yaml')
  async kubeconfig(@Param('id') id: string, @Query() query: unknown): Promise<string> {
    const { auth } = validated(kubeconfigSchema, query);
    const cluster = await this.clusterOf(id);
    if (auth === 'certificate') {
      const now = timeOf(cluster.clock, systemClock.now());
      return this.kubeconfigOf(cluster, await adminCertificate(await this.keys.of(id).clientAuthority(), now));
    }
    const token = await this.clusters.token(id);
    if (token === undefined) throw noCluster(id);
    return this.kubeconfigOf(cluster, { token });
  }

  @Post(':id/token')
  async rotate(@Param('id') id: string) {
    const token = isReference(id) ? await this.clusters.rotateToken(id) : undefined;
    if (token === undefined) throw noCluster(id);
    return { token };
  }

  private kubeconfigOf({ id, name }: Cluster, user: Credential): string {
    return kubeconfig({ name, server: this.address.serverOf(id), ca: this.address.ca, user });
  }

  private async clusterOf(id: string): Promise<Cluster> {
    const cluster = isReference(id) ? await this.clusters.get(id) : undefined;
    if (!cluster) throw noCluster(id);
    return cluster;
  }
}
