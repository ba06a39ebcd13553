import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Access } from '#platform';
import { bearerToken, unauthorized } from '../authenticate-first.js';
import { ACCESS } from '../tokens.js';

/** Accepts only the platform's token; a cluster's token is not valid here. */
@Injectable()
export class PlatformGuard implements CanActivate {
  constructor(@Inject(ACCESS) private readonly access: Access) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const token = bearerToken(context.switchToHttp().getRequest<FastifyRequest>().headers.authorization);
    const grant = token === undefined ? undefined : await this.access.grantOf(token);
    if (grant?.scope === 'platform') return true;
    throw unauthorized();
  }
}
