import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Problem } from '#hosting';
import type { Access } from '#platform';
import { ACCESS } from '../tokens.js';

/** Lets in whoever carries the platform's token; a cluster's token opens nothing here. */
@Injectable()
export class PlatformGuard implements CanActivate {
  constructor(@Inject(ACCESS) private readonly access: Access) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { authorization = '' } = context.switchToHttp().getRequest<FastifyRequest>().headers;
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    const grant = token === undefined ? undefined : await this.access.grantOf(token);
    if (grant?.scope === 'platform') return true;
    throw new Problem(401, 'Unauthorized', 'send the platform token: Authorization: Bearer TOKEN');
  }
}
