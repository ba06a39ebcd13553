import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Health, HealthAnswer } from './health.js';
import type { Metrics } from './metrics/metrics.js';
import { HEALTH, METRICS } from './tokens.js';

const send = (reply: FastifyReply, answer: HealthAnswer) =>
  reply
    .code(answer.status)
    .header('content-type', 'text/plain; charset=utf-8')
    .header('x-content-type-options', 'nosniff')
    .send(answer.text);

const withoutDetails = (path: string, answer: HealthAnswer): HealthAnswer =>
  answer.status === 200 ? answer : { ...answer, text: `${path} check failed\n` };

/** The endpoints for operators at a separate address of every process: /livez, /readyz (`?verbose` lists the checks) and /metrics. */
@Controller()
export class OpsController {
  constructor(
    @Inject(HEALTH) private readonly health: Health,
    @Inject(METRICS) private readonly metrics: Metrics,
  ) {}

  @Get('livez')
  live(@Query('verbose') verbose: string | undefined, @Res() reply: FastifyReply): void {
    send(reply, this.health.live(verbose !== undefined));
  }

  @Get('readyz')
  async ready(@Query('verbose') verbose: string | undefined, @Res() reply: FastifyReply): Promise<void> {
    send(reply, await this.health.ready(verbose !== undefined));
  }

  @Get('metrics')
  async metricsText(@Res() reply: FastifyReply): Promise<void> {
    reply.header('content-type', this.metrics.contentType).send(await this.metrics.text());
  }
}

/** The health endpoints at the public address, for load balancers and probes: only whether the process is healthy. */
@Controller()
export class HealthController {
  constructor(@Inject(HEALTH) private readonly health: Health) {}

  @Get('livez')
  live(@Res() reply: FastifyReply): void {
    send(reply, withoutDetails('livez', this.health.live(false)));
  }

  @Get('readyz')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    send(reply, withoutDetails('readyz', await this.health.ready(false)));
  }
}
