import { Controller, Get, Inject, Param, Query, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { StatusError } from '#apimachinery';
import { traceText } from '#history';
import { Problem, validated } from '#hosting';
import { PAST } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import type { Past } from './past.js';
import { PlatformGuard } from './platform.guard.js';
import { pastProblem } from './problems.js';
import { diffQuerySchema, pastListSchema, traceQuerySchema } from './schemas/past.js';

/** /platform/v1/clusters/ID/{objects,diff,trace}: what the log of a cluster tells. */
@Controller('platform/v1/clusters/:cluster')
@UseGuards(PlatformGuard)
export class PastController {
  constructor(@Inject(PAST) private readonly past: Past) {}

  @Get('objects')
  async list(@Param('cluster') cluster: string, @Query() query: unknown) {
    const request = validated(pastListSchema, query);
    const { items, resourceVersion, continue: next } = await told(cluster, () => this.past.list(cluster, request));
    return { revision: Number(resourceVersion), items, ...(next && { continue: next }) };
  }

  @Get('diff')
  async diff(@Param('cluster') cluster: string, @Query() query: unknown) {
    const { from, to } = validated(diffQuerySchema, query);
    return told(cluster, () => this.past.diff(cluster, { from, to }));
  }

  @Get('trace')
  async trace(@Param('cluster') cluster: string, @Query() query: unknown, @Res({ passthrough: true }) reply: FastifyReply) {
    const { format, ...request } = validated(traceQuerySchema, query);
    const trace = await told(cluster, () => this.past.trace(cluster, request));
    if (format === 'json') return trace;
    reply.header('content-type', 'text/plain; charset=utf-8');
    return `${traceText(trace.steps)}${trace.truncated ? 'and more\n' : ''}`;
  }
}

/** The answer; throws problems for what does not exist. */
async function told<T>(cluster: string, work: () => Promise<T>): Promise<T> {
  if (!isReference(cluster)) throw noCluster(cluster);
  return work().catch((error: unknown) => {
    if (error instanceof StatusError) throw new Problem(error.code, error.message);
    throw pastProblem(error);
  });
}
