import { Readable } from 'node:stream';
import { Controller, Get, Inject, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem, validated } from '#hosting';
import { FileRefused, type Organizations, type Transfers } from '#platform';
import { CLUSTER_ADDRESS, ORGANIZATIONS, TRANSFERS } from '../tokens.js';
import { CLUSTER_FILE } from './cluster-file.js';
import { isReference, noCluster } from './ids.js';
import { ownerOf } from './owner.js';
import { PlatformGuard } from './platform.guard.js';
import { creationProblem } from './problems.js';
import { importSchema } from './schemas/copies.js';
import { type ClusterAddress, createdView } from './views.js';

/** /platform/v1/clusters/ID/export and /platform/v1/clusters/import */
@Controller('platform/v1/clusters')
@UseGuards(PlatformGuard)
export class TransfersController {
  constructor(
    @Inject(TRANSFERS) private readonly transfers: Transfers,
    @Inject(ORGANIZATIONS) private readonly organizations: Organizations,
    @Inject(CLUSTER_ADDRESS) private readonly address: ClusterAddress,
  ) {}

  @Get(':id/export')
  async export(@Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    const lines = isReference(id) ? await this.transfers.export(id) : undefined;
    if (!lines) throw noCluster(id);
    reply.header('content-type', CLUSTER_FILE).header('content-disposition', `attachment; filename="${id}.orrery"`);
    await reply.send(Readable.from(lines, { objectMode: false }));
  }

  @Post('import')
  async import(@Query() query: unknown, @Req() { body }: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { name, organization } = validated(importSchema, query);
    if (!(body instanceof Readable)) throw new Problem(415, `send the file as ${CLUSTER_FILE}`);
    const { id: organizationId } = await ownerOf(this.organizations, organization);
    // A refused file has not been read to its end: the request stays whole, so that its answer is sent before the connection is closed.
    const pieces = body.iterator({ destroyOnReturn: false });
    const made = this.transfers.import(pieces, { organizationId, ...(name !== undefined && { name }) });
    return createdView(
      await made.catch((error: unknown) => {
        if (!body.readableEnded) reply.header('connection', 'close');
        throw error instanceof FileRefused ? new Problem(422, error.message) : creationProblem(error, name ?? 'of the file');
      }),
      this.address,
    );
  }
}
