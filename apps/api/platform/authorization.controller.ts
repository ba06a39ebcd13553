import { Body, Controller, HttpCode, Inject, Param, Post, UseGuards } from '@nestjs/common';
import type { OpenApis } from '#hosting';
import { validated } from '#hosting';
import { explained } from '../explain.js';
import { clusterAdmin } from '../kubernetes/cluster-admin.js';
import { APIS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { explainSchema } from './schemas/access.js';

/** /platform/v1/clusters/ID/authorization */
@Controller('platform/v1/clusters/:cluster/authorization')
@UseGuards(PlatformGuard)
export class AuthorizationController {
  constructor(@Inject(APIS) private readonly apis: OpenApis) {}

  @Post('explain')
  @HttpCode(200)
  async explain(@Param('cluster') id: string, @Body() body: unknown) {
    const { user, groups, resourceAttributes, nonResourceAttributes } = validated(explainSchema, body);
    const open = isReference(id) ? await this.apis.open(id) : undefined;
    if (!open) throw noCluster(id);
    const who = { user, ...(groups && { groups }) };
    const { verb, ...asked } = resourceAttributes ?? { ...nonResourceAttributes, verb: nonResourceAttributes?.verb ?? '' };
    return explained(open.api, { ...who, verb, ...('resource' in asked ? { resource: asked } : asked) }, clusterAdmin);
  }
}
