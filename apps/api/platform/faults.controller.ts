import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ClusterFaults, type Fault, FaultRefused, faultRequestOf, faultWords } from '#cluster';
import { type OpenApis, Problem, validated } from '#hosting';
import { APIS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { faultRequestSchema } from './schemas/faults.js';

/** /platform/v1/clusters/ID/faults: what is broken in a cluster on purpose, and /etcd: what its members say then. */
@Controller('platform/v1/clusters/:cluster')
@UseGuards(PlatformGuard)
export class FaultsController {
  constructor(@Inject(APIS) private readonly apis: OpenApis) {}

  @Get('etcd')
  async etcd(@Param('cluster') cluster: string) {
    return (await this.faultsOf(cluster)).etcd();
  }

  @Get('faults')
  async list(@Param('cluster') cluster: string) {
    const faults = await (await this.faultsOf(cluster)).list();
    return { items: faults.map(faultView) };
  }

  @Post('faults')
  async inject(@Param('cluster') cluster: string, @Body() body: unknown) {
    const request = validated(faultRequestSchema, body);
    const faults = await this.faultsOf(cluster);
    try {
      return faultView(await faults.inject(faultRequestOf(request)));
    } catch (error) {
      if (error instanceof FaultRefused) throw new Problem(422, error.message);
      throw error;
    }
  }

  @Delete('faults/:fault')
  @HttpCode(204)
  async heal(@Param('cluster') cluster: string, @Param('fault') id: string): Promise<void> {
    if (!(await (await this.faultsOf(cluster)).heal(id))) throw new Problem(404, `the cluster has no fault ${id.slice(0, 64)}`);
  }

  private async faultsOf(cluster: string): Promise<ClusterFaults> {
    const open = isReference(cluster) ? await this.apis.open(cluster) : undefined;
    if (!open) throw noCluster(cluster);
    return new ClusterFaults(open.api);
  }
}

const faultView = (fault: Fault) => ({ ...faultWords(fault), since: new Date(fault.since).toISOString() });
