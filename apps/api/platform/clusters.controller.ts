import { Body, Controller, Delete, Get, Header, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { type ClockTurner, Problem, validated } from '#hosting';
import { type Cluster, type Clusters, kubeconfig, NameTaken, type Organization, type Organizations } from '#platform';
import { CLOCK_TURNER, CLUSTER_ADDRESS, CLUSTERS, ORGANIZATIONS } from '../tokens.js';
import { PlatformGuard } from './platform.guard.js';
import { advanceSchema, createClusterSchema, durationOf } from './schemas.js';
import { type ClusterAddress, clusterView } from './views.js';

type CreateBody = z.infer<typeof createClusterSchema>;

const clockOf = ({ clock }: CreateBody) =>
  clock.mode === 'real' ? clock : { mode: clock.mode, startAt: clock.startAt === undefined ? undefined : Date.parse(clock.startAt) };

/** /platform/v1/clusters */
@Controller('platform/v1/clusters')
@UseGuards(PlatformGuard)
export class ClustersController {
  constructor(
    @Inject(CLUSTERS) private readonly clusters: Clusters,
    @Inject(ORGANIZATIONS) private readonly organizations: Organizations,
    @Inject(CLUSTER_ADDRESS) private readonly address: ClusterAddress,
    @Inject(CLOCK_TURNER) private readonly clock: ClockTurner,
  ) {}

  @Get()
  async list(@Query('organization') wanted: string | undefined) {
    const organizationId = wanted === undefined ? undefined : (await this.ownerOf(wanted)).id;
    return { items: (await this.clusters.list({ organizationId })).map((cluster) => clusterView(cluster, this.address)) };
  }

  @Post()
  async create(@Body() body: unknown) {
    const request = validated(createClusterSchema, body);
    const { id: organizationId } = await this.ownerOf(request.organization);
    const { name, nodes, profile } = request;
    try {
      const { cluster, token } = await this.clusters.create({ name, organizationId, nodes, profile, clock: clockOf(request) });
      return { ...clusterView(cluster, this.address), token, kubeconfig: this.kubeconfigOf(cluster, token) };
    } catch (error) {
      if (error instanceof NameTaken) throw new Problem(409, 'Conflict', `the organization has a cluster named ${name} already`);
      throw error;
    }
  }

  @Get(':id')
  async show(@Param('id') id: string) {
    return clusterView(await this.clusterOf(id), this.address);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    if (!(await this.clusters.remove(id))) throw noCluster(id);
  }

  @Get(':id/kubeconfig')
  @Header('content-type', 'application/yaml')
  async kubeconfig(@Param('id') id: string): Promise<string> {
    const [cluster, token] = await Promise.all([this.clusterOf(id), this.clusters.token(id)]);
    if (token === undefined) throw noCluster(id);
    return this.kubeconfigOf(cluster, token);
  }

  @Post(':id/token')
  async rotate(@Param('id') id: string) {
    const token = await this.clusters.rotateToken(id);
    if (token === undefined) throw noCluster(id);
    return { token };
  }

  @Post(':id/clock/advance')
  @HttpCode(200)
  async advance(@Param('id') id: string, @Body() body: unknown) {
    const by = durationOf(validated(advanceSchema, body).by);
    const cluster = await this.clusterOf(id);
    if (cluster.clock.mode !== 'stepped')
      throw new Problem(409, 'Conflict', `the clock of cluster ${id} goes by itself; only a stepped one is turned`);
    const { now } = await this.clock.advance(id, by);
    return { now: new Date(now).toISOString() };
  }

  private kubeconfigOf({ id, name }: Cluster, token: string): string {
    return kubeconfig({ name, server: this.address.serverOf(id), ca: this.address.ca, token });
  }

  private async clusterOf(id: string): Promise<Cluster> {
    const cluster = await this.clusters.get(id);
    if (!cluster) throw noCluster(id);
    return cluster;
  }

  private async ownerOf(wanted: string | undefined): Promise<Organization> {
    if (wanted !== undefined) {
      const found = await this.organizations.get(wanted);
      if (found) return found;
      throw new Problem(422, 'Unprocessable Entity', `organization: there is none named ${wanted}`);
    }
    const [only, ...others] = await this.organizations.list();
    if (only && others.length === 0) return only;
    throw new Problem(422, 'Unprocessable Entity', only ? 'organization: say which one' : 'organization: there is none yet');
  }
}

const noCluster = (id: string) => new Problem(404, 'Not Found', `there is no cluster ${id}`);
