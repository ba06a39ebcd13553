import { Controller, Get, Inject, Param, Query, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { StatusError } from '#apimachinery';
import { type AuditFilter, type AuditLog, LOG_LIMITS } from '#audit';
import { Problem, validated } from '#hosting';
import type { Clusters } from '#platform';
import { AUDIT, CLUSTERS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { auditQuerySchema } from './schemas/audit.js';

function filterOf({ since, until, limit: _limit, continue: _continue, ...others }: z.infer<typeof auditQuerySchema>): AuditFilter {
  return { ...others, ...(since && { since: Date.parse(since) }), ...(until && { until: Date.parse(until) }) };
}

/** /platform/v1/clusters/ID/audit: what every user of a cluster did. */
@Controller('platform/v1/clusters/:cluster/audit')
@UseGuards(PlatformGuard)
export class AuditController {
  constructor(
    @Inject(AUDIT) private readonly audit: AuditLog,
    @Inject(CLUSTERS) private readonly clusters: Clusters,
  ) {}

  @Get()
  async list(@Param('cluster') cluster: string, @Query() query: unknown) {
    const asked = validated(auditQuerySchema, query);
    await this.check(cluster);
    const { limit = LOG_LIMITS.page, continue: from } = asked;
    try {
      return await this.audit.page(cluster, filterOf(asked), { limit, ...(from === undefined ? {} : { continue: from }) });
    } catch (error) {
      if (error instanceof StatusError) throw new Problem(422, error.message);
      throw error;
    }
  }

  /** The requests with this Audit-Id: one, unless clients have given the same id to several. */
  @Get(':id')
  async one(@Param('cluster') cluster: string, @Param('id') id: string) {
    await this.check(cluster);
    const { items } = await this.audit.page(cluster, { id }, { limit: LOG_LIMITS.page });
    if (items.length === 0) throw new Problem(404, `there is no request ${id.slice(0, 64)} in the audit log of the cluster`);
    return { items };
  }

  private async check(cluster: string): Promise<void> {
    if (!isReference(cluster) || !(await this.clusters.get(cluster))) throw noCluster(cluster);
  }
}
