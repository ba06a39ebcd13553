import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { corev1 } from '#api';
import { isNotFound, StatusError } from '#apimachinery';
import { Scheduling } from '#cluster';
import { type OpenApis, Problem, validated } from '#hosting';
import { APIS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { schedulingQuerySchema, whatIfSchema } from './schemas/scheduling.js';

/** Runs what may be refused by the cluster's API server. */
async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof StatusError) throw new Problem(isNotFound(error) ? 404 : 422, error.message);
    throw error;
  }
}

/** /platform/v1/clusters/ID/scheduling: why pods are where they are, why they are pending, and what would happen to others. */
@Controller('platform/v1/clusters/:cluster/scheduling')
@UseGuards(PlatformGuard)
export class SchedulingController {
  constructor(@Inject(APIS) private readonly apis: OpenApis) {}

  @Get()
  async ofPod(@Param('cluster') cluster: string, @Query() query: unknown) {
    const { pod } = validated(schedulingQuerySchema, query);
    const [namespace = '', name = ''] = pod.split('/');
    return asked((await this.of(cluster)).ofPod(namespace, name));
  }

  @Post('what-if')
  @HttpCode(200)
  async whatIf(@Param('cluster') cluster: string, @Body() body: unknown) {
    const { pod } = validated(whatIfSchema, body);
    return asked((await this.of(cluster)).whatIf(pod as unknown as corev1.Pod));
  }

  private async of(cluster: string): Promise<Scheduling> {
    const open = isReference(cluster) ? await this.apis.open(cluster) : undefined;
    if (!open) throw noCluster(cluster);
    return new Scheduling(open.api);
  }
}
