import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Req, UseGuards } from '@nestjs/common';
import { Problem } from '#hosting';
import { CLUSTER_ADDRESS, CLUSTER_COPIES } from '../tokens.js';
import type { ClusterCopies } from './cluster-copies.js';
import { PlatformGuard } from './platform.guard.js';
import { type ClusterAddress, createdView } from './views.js';

/** /platform/v1/clusters/ID/{fork,snapshots,restore,reset} */
@Controller('platform/v1/clusters/:cluster')
@UseGuards(PlatformGuard)
export class CopiesController {
  constructor(
    @Inject(CLUSTER_COPIES) private readonly copies: ClusterCopies,
    @Inject(CLUSTER_ADDRESS) private readonly address: ClusterAddress,
  ) {}

  @Post('fork')
  async fork(@Param('cluster') cluster: string, @Body() body: unknown) {
    const { several, made } = await this.copies.fork(cluster, body);
    const items = made.map((fork) => createdView(fork, this.address));
    return several ? { items } : items[0];
  }

  @Get('snapshots')
  async list(@Param('cluster') cluster: string) {
    return { items: await this.copies.snapshots(cluster) };
  }

  @Post('snapshots')
  add(@Param('cluster') cluster: string, @Body() body: unknown) {
    return this.copies.addSnapshot(cluster, body);
  }

  @Delete('snapshots/:name')
  @HttpCode(204)
  async remove(@Param('cluster') cluster: string, @Param('name') name: string): Promise<void> {
    if (!(await this.copies.removeSnapshot(cluster, name))) throw new Problem(404, `there is no snapshot ${name}`);
  }

  @Post('restore')
  @HttpCode(200)
  restore(@Param('cluster') cluster: string, @Body() body: unknown, @Req() request: { id: string }) {
    return this.copies.restore(cluster, body, request.id);
  }

  @Post('reset')
  @HttpCode(200)
  reset(@Param('cluster') cluster: string, @Body() body: unknown, @Req() request: { id: string }) {
    return this.copies.reset(cluster, body, request.id);
  }
}
