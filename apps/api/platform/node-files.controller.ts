import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Query, UseGuards } from '@nestjs/common';
import { FileRefused, NodeFiles } from '#cluster';
import { type OpenApis, Problem, validated } from '#hosting';
import { APIS } from '../tokens.js';
import { isReference, noCluster } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { filePathSchema, fileSchema } from './schemas/machines.js';

interface NodeReference {
  cluster: string;
  node: string;
}

/** /platform/v1/clusters/ID/nodes/NODE/files: what the components of a node read, such as manifests of static pods. */
@Controller('platform/v1/clusters/:cluster/nodes/:node/files')
@UseGuards(PlatformGuard)
export class NodeFilesController {
  constructor(@Inject(APIS) private readonly apis: OpenApis) {}

  @Get()
  async read(@Param() { cluster, node }: NodeReference, @Query() query: unknown) {
    const { path } = validated(filePathSchema, query);
    return this.shown(await this.filesOf({ cluster, node }), path);
  }

  @Put()
  async write(@Param() { cluster, node }: NodeReference, @Query() query: unknown, @Body() body: unknown) {
    const { path } = validated(filePathSchema, query);
    const { content } = validated(fileSchema, body);
    const files = await this.filesOf({ cluster, node });
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
  async remove(@Param() { cluster, node }: NodeReference, @Query() query: unknown): Promise<void> {
    const { path } = validated(filePathSchema, query);
    const files = await this.filesOf({ cluster, node });
    if (!(await files.remove(path))) throw noFile(path);
  }

  private async shown(files: NodeFiles, path: string) {
    const content = await files.read(path);
    if (content === undefined) throw noFile(path);
    if (!files.isControlPlane) return { path, content };
    return {
      path,
      content,
      etcd: await files.stateOf('etcd'),
      apiServer: await files.stateOf('kube-apiserver'),
      controllerManager: await files.stateOf('kube-controller-manager'),
      scheduler: await files.stateOf('kube-scheduler'),
      ...((await files.hasCloudManager()) && { cloudControllerManager: await files.stateOf('cloud-controller-manager') }),
    };
  }

  private async filesOf({ cluster, node }: NodeReference): Promise<NodeFiles> {
    const open = isReference(cluster) ? await this.apis.open(cluster) : undefined;
    if (!open) throw noCluster(cluster);
    const files = await NodeFiles.of(open.api, node);
    if (!(await files.hasNode())) throw new Problem(404, `there is no node ${node}`);
    return files;
  }
}

const noFile = (path: string) => new Problem(404, `there is no file ${path} on the node`);
