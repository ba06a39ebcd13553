import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Problem } from '#hosting';
import { CLUSTER_TIME } from '../tokens.js';
import type { ClusterTime } from './cluster-time.js';
import { PlatformGuard } from './platform.guard.js';

/** /platform/v1/clusters/ID/clock */
@Controller('platform/v1/clusters/:cluster/clock')
@UseGuards(PlatformGuard)
export class ClockController {
  constructor(@Inject(CLUSTER_TIME) private readonly time: ClusterTime) {}

  @Get()
  show(@Param('cluster') id: string) {
    return this.time.show(id);
  }

  @Post('advance')
  @HttpCode(200)
  async advance(@Param('cluster') id: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const advanced = await this.time.advance(id, body);
    if (advanced.target !== undefined) reply.code(202);
    return advanced;
  }

  @Delete('advance')
  @HttpCode(204)
  async cancel(@Param('cluster') id: string): Promise<void> {
    if (!(await this.time.cancel(id))) throw new Problem(404, 'the clock is not being advanced');
  }
}
