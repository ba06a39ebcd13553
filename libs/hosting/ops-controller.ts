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

/** What an operator finds on every process: /livez, /readyz (`?verbose` names the checks) and /metrics. */
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
