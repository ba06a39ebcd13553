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

/** What an operator finds on every process, at an address of its own: /livez, /readyz (`?verbose` names the checks) and /metrics. */
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

/** What the public address tells of it, to load balancers and probes: whether all is well, and nothing more. */
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
