import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { type AdvanceEnd, troubleWith } from '#cluster';
import { type Advanced, type ClockTurner, Problem, validated } from '#hosting';
import { type Cluster, type Clusters, LATEST } from '#platform';
import { CLOCK_TURNER, CLUSTERS, PAST } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import type { Past } from './past.js';
import { PlatformGuard } from './platform.guard.js';
import { advanceSchema, durationOf } from './schemas/clock.js';
import { clockView } from './views.js';

type AdvanceBody = z.infer<typeof advanceSchema>;

const HOUR = 3_600_000;
const MINUTE = 60_000;

/** What ends the advance before its target. */
function endOf({ until }: AdvanceBody): AdvanceEnd | undefined {
  if (until === undefined) return undefined;
  if ('quiet' in until) return { quiet: until.quiet === true ? MINUTE : durationOf(until.quiet) };
  const end = { namespace: 'default', ...until };
  const trouble = troubleWith(end);
  if (trouble !== undefined) throw new Problem(422, `until.${trouble}`);
  return end;
}

/** How far to advance at most: up to a time, by a duration, or an hour if only an end is given. */
function distance({ by, to }: AdvanceBody, now: number): number {
  if (to === undefined) return by === undefined ? HOUR : durationOf(by);
  const distant = Date.parse(to) - now;
  if (distant < 0) throw new Problem(422, `to: it is already ${new Date(now).toISOString()}, and time does not go back`);
  return distant;
}

/** /platform/v1/clusters/ID/clock */
@Controller('platform/v1/clusters/:cluster/clock')
@UseGuards(PlatformGuard)
export class ClockController {
  constructor(
    @Inject(CLUSTERS) private readonly clusters: Clusters,
    @Inject(CLOCK_TURNER) private readonly clock: ClockTurner,
    @Inject(PAST) private readonly past: Past,
  ) {}

  @Get()
  async show(@Param('cluster') id: string) {
    const { clock } = await this.clusterOf(id);
    const last = await this.clock.progress(id);
    const now = clock.mode === 'stepped' && last !== undefined ? Math.max(clock.now, last.now) : undefined;
    return {
      ...clockView(now === undefined ? clock : { mode: 'stepped', now }),
      ...(last && { advance: await this.viewOf(id, last) }),
    };
  }

  @Post('advance')
  @HttpCode(200)
  async advance(@Param('cluster') id: string, @Body() body: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const request = validated(advanceSchema, body);
    const { clock } = await this.clusterOf(id);
    if (clock.mode !== 'stepped') {
      throw new Problem(
        409,
        `cluster ${id} has a ${clock.mode === 'frozen' ? 'frozen' : 'real'} clock; only a stepped one can be advanced`,
      );
    }
    const reached = await this.clock.progress(id);
    const now = Math.max(clock.now, reached?.now ?? 0);
    const by = distance(request, now);
    if (now + by > LATEST) throw new Problem(422, 'by: the clock would go beyond the year 9999');
    const end = endOf(request);
    const within = request.wait === undefined ? {} : { within: durationOf(request.wait) };
    const result = await this.clock.advance(id, { by, ...(end && { end }), ...within });
    if (result.target !== undefined) {
      if (request.wait === undefined) throw new Problem(504, 'the clock is still being advanced');
      reply.code(202);
    }
    return this.viewOf(id, result);
  }

  @Delete('advance')
  @HttpCode(204)
  async cancel(@Param('cluster') id: string): Promise<void> {
    await this.clusterOf(id);
    if (!(await this.clock.cancel(id))) throw new Problem(404, 'the clock is not being advanced');
  }

  private async viewOf(id: string, { now, from, to, met, target, failure }: Advanced) {
    return {
      now: new Date(now).toISOString(),
      ...(target !== undefined && { target: new Date(target).toISOString() }),
      ...(met !== undefined && { met }),
      ...(failure !== undefined && met === undefined && { failure }),
      happened: await this.past.happened(id, from, to),
    };
  }

  private async clusterOf(id: string): Promise<Cluster> {
    const cluster = isReference(id) ? await this.clusters.get(id) : undefined;
    if (!cluster) throw noCluster(id);
    return cluster;
  }
}
