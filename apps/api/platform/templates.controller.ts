import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, UseGuards } from '@nestjs/common';
import type { z } from 'zod';
import { StartRefused } from '#cluster';
import { Problem, validated } from '#hosting';
import { presetNodes } from '#kubeadm';
import {
  NameTaken,
  type Organization,
  OrganizationGone,
  type Organizations,
  type StartingState,
  type Template,
  type TemplateContent,
  type Templates,
  TooManyTemplates,
} from '#platform';
import { MAX_NODES, ORGANIZATIONS, TEMPLATES } from '../tokens.js';
import { isReference, noOrganization } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { createTemplateSchema, templateBody } from './schemas/templates.js';

type TemplateBody = z.infer<typeof templateBody>;

const PLAIN_NODE = { cpu: '4', memory: '8Gi', pods: 110 };

function nodesOf(nodes: TemplateBody['nodes']): StartingState['nodes'] {
  if (Array.isArray(nodes)) {
    const controlPlanes = nodes.filter(({ role }) => role === 'control-plane').length;
    return { ...PLAIN_NODE, count: nodes.length, controlPlanes, named: nodes };
  }
  const { preset = 'kubeadm', ...shape } = nodes;
  return { ...shape, named: presetNodes(preset, shape) };
}

const contentOf = ({ nodes, profile, clock, ...start }: TemplateBody): TemplateContent => ({
  start: { ...start, nodes: nodesOf(nodes) },
  defaults: { ...(profile && { profile }), ...(clock && { clock }) },
});

function templateView({ name, start, defaults, createdAt }: Template) {
  const { nodes, ...rest } = start;
  const { named, ...shape } = nodes;
  const { profile, clock } = defaults;
  const startAt = clock && 'startAt' in clock && clock.startAt !== undefined ? { startAt: new Date(clock.startAt).toISOString() } : {};
  return {
    ...{ name, nodes: named ?? shape, ...rest },
    ...(profile && { profile }),
    ...(clock && { clock: { ...clock, ...startAt } }),
    createdAt: createdAt.toISOString(),
  };
}

/** The problem of a template that cannot be stored; other errors are returned as they are. */
function templateProblem(error: unknown, name: string): unknown {
  if (error instanceof StartRefused) return new Problem(422, error.message);
  if (error instanceof TooManyTemplates) return new Problem(403, `exceeded quota: ${error.message}`);
  if (error instanceof OrganizationGone) return new Problem(422, 'organization: the organization is being removed');
  return error instanceof NameTaken ? new Problem(409, `the organization already has a template named ${name}`) : error;
}

/** /platform/v1/organizations/ID/templates */
@Controller('platform/v1/organizations/:organization/templates')
@UseGuards(PlatformGuard)
export class TemplatesController {
  constructor(
    @Inject(TEMPLATES) private readonly templates: Templates,
    @Inject(ORGANIZATIONS) private readonly organizations: Organizations,
    @Inject(MAX_NODES) private readonly maxNodes: number,
  ) {}

  @Get()
  async list(@Param('organization') organization: string) {
    const { id } = await this.ownerOf(organization);
    return { items: (await this.templates.list(id)).map(templateView) };
  }

  @Post()
  async create(@Param('organization') organization: string, @Body() body: unknown) {
    const { name, ...rest } = validated(createTemplateSchema, body);
    const { id } = await this.ownerOf(organization);
    const content = this.contentOf(rest);
    return templateView(
      await this.templates.create(id, name, content).catch((error: unknown) => {
        throw templateProblem(error, name);
      }),
    );
  }

  @Get(':name')
  async show(@Param('organization') organization: string, @Param('name') name: string) {
    const { id } = await this.ownerOf(organization);
    return templateView(found(isReference(name) ? await this.templates.get(id, name) : undefined, name));
  }

  @Put(':name')
  async replace(@Param('organization') organization: string, @Param('name') name: string, @Body() body: unknown) {
    const content = this.contentOf(validated(templateBody, body));
    const { id } = await this.ownerOf(organization);
    const replaced = isReference(name) ? this.templates.replace(id, name, content) : undefined;
    return templateView(
      found(
        await replaced?.catch((error: unknown) => {
          throw templateProblem(error, name);
        }),
        name,
      ),
    );
  }

  @Delete(':name')
  @HttpCode(204)
  async remove(@Param('organization') organization: string, @Param('name') name: string): Promise<void> {
    const { id } = await this.ownerOf(organization);
    if (!isReference(name) || !(await this.templates.remove(id, name))) throw noTemplate(name);
  }

  private contentOf(body: TemplateBody): TemplateContent {
    const content = contentOf(body);
    if (content.start.nodes.count > this.maxNodes) throw new Problem(422, `nodes: at most ${this.maxNodes} here (ORRERY_MAX_NODES)`);
    return content;
  }

  private async ownerOf(organization: string): Promise<Organization> {
    const owner = isReference(organization) ? await this.organizations.get(organization) : undefined;
    if (!owner) throw noOrganization(organization);
    return owner;
  }
}

const noTemplate = (name: string) => new Problem(404, `the organization has no template named ${name}`);

function found(template: Template | undefined, name: string): Template {
  if (template === undefined) throw noTemplate(name);
  return template;
}
