import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, UseGuards } from '@nestjs/common';
import { ClusterCloud } from '#cluster';
import { type OpenApis, Problem, validated } from '#hosting';
import { APIS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { instancePowerSchema } from './schemas/machines.js';

/** /platform/v1/clusters/ID/cloud/instances: the machines of a cluster that is in a cloud. */
@Controller('platform/v1/clusters/:cluster/cloud/instances')
@UseGuards(PlatformGuard)
export class CloudController {
  constructor(@Inject(APIS) private readonly apis: OpenApis) {}

  @Get()
  async list(@Param('cluster') cluster: string) {
    const instances = (await (await this.cloudOf(cluster)).instances()) ?? [];
    return { items: instances.map(({ stopped, booted: _, ...instance }) => ({ ...instance, running: stopped === undefined })) };
  }

  @Patch(':instance')
  @HttpCode(204)
  async power(@Param('cluster') cluster: string, @Param('instance') name: string, @Body() body: unknown): Promise<void> {
    const { running } = validated(instancePowerSchema, body);
    if (!(await (await this.cloudOf(cluster)).power(name, running))) throw noInstance(name);
  }

  @Delete(':instance')
  @HttpCode(204)
  async remove(@Param('cluster') cluster: string, @Param('instance') name: string): Promise<void> {
    if (!(await (await this.cloudOf(cluster)).remove(name))) throw noInstance(name);
  }

  private async cloudOf(cluster: string): Promise<ClusterCloud> {
    const open = isReference(cluster) ? await this.apis.open(cluster) : undefined;
    if (!open) throw noCluster(cluster);
    return new ClusterCloud(open.api);
  }
}

const noInstance = (name: string): Problem => new Problem(404, `the cluster has no instance ${name.slice(0, 64)}`);
