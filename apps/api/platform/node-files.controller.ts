import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, UseGuards } from '@nestjs/common';
import { FileRefused, NodeFiles } from '#cluster';
import { type OpenApis, Problem, validated } from '#hosting';
import { APIS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { filePathSchema, fileSchema } from './schemas.js';

/** /platform/v1/clusters/ID/nodes/control-plane/files: what the components of the control plane read from their node, such as their manifests. */
@Controller('platform/v1/clusters/:cluster/nodes/control-plane/files')
@UseGuards(PlatformGuard)
export class NodeFilesController {
  constructor(@Inject(APIS) private readonly apis: OpenApis) {}

  @Get()
  async read(@Param('cluster') cluster: string, @Query() query: unknown) {
    const { path } = validated(filePathSchema, query);
    return this.shown(await this.filesOf(cluster), path);
  }

  @Put()
  async write(@Param('cluster') cluster: string, @Query() query: unknown, @Body() body: unknown) {
    const { path } = validated(filePathSchema, query);
    const { content } = validated(fileSchema, body);
    const files = await this.filesOf(cluster);
    try {
      await files.write(path, content);
    } catch (error) {
      if (error instanceof FileRefused) throw new Problem(422, `path: ${error.message}`);
      throw error;
    }
    return this.shown(files, path);
  }

  @Delete()
  @HttpCode(204)
  async remove(@Param('cluster') cluster: string, @Query() query: unknown): Promise<void> {
    const { path } = validated(filePathSchema, query);
    const files = await this.filesOf(cluster);
    if (!(await files.remove(path))) throw noFile(path);
  }

  private async shown(files: NodeFiles, path: string) {
    const content = await files.read(path);
    if (content === undefined) throw noFile(path);
    return { path, content, apiServer: await files.apiServer(), controllerManager: await files.controllerManager() };
  }

  private async filesOf(cluster: string): Promise<NodeFiles> {
    const open = isReference(cluster) ? await this.apis.open(cluster) : undefined;
    if (!open) throw noCluster(cluster);
    return new NodeFiles(open.api);
  }
}

const noFile = (path: string) => new Problem(404, `there is no file ${path} on the node`);
