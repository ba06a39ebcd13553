import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, UseGuards } from '@nestjs/common';
import { Problem } from '#hosting';
import type { Organizations } from '#platform';
import { ORGANIZATIONS, TEMPLATES } from '../tokens.js';
import { isReference, noOrganization } from './ids.js';
import type { OrganizationTemplates } from './organization-templates.js';
import { PlatformGuard } from './platform.guard.js';

/** /platform/v1/organizations/ID/templates */
@Controller('platform/v1/organizations/:organization/templates')
@UseGuards(PlatformGuard)
export class TemplatesController {
  constructor(
    @Inject(TEMPLATES) private readonly templates: OrganizationTemplates,
    @Inject(ORGANIZATIONS) private readonly organizations: Organizations,
  ) {}

  @Get()
  async list(@Param('organization') organization: string) {
    return { items: await this.templates.list(await this.ownerOf(organization)) };
  }

  @Post()
  async create(@Param('organization') organization: string, @Body() body: unknown) {
    return this.templates.create(await this.ownerOf(organization), body);
  }

  @Get(':name')
  async show(@Param('organization') organization: string, @Param('name') name: string) {
    return found(await this.templates.get(await this.ownerOf(organization), name), name);
  }

  @Put(':name')
  async replace(@Param('organization') organization: string, @Param('name') name: string, @Body() body: unknown) {
    return found(await this.templates.replace(await this.ownerOf(organization), name, body), name);
  }

  @Delete(':name')
  @HttpCode(204)
  async remove(@Param('organization') organization: string, @Param('name') name: string): Promise<void> {
    if (!(await this.templates.remove(await this.ownerOf(organization), name))) throw noTemplate(name);
  }

  /** The id of an organization. */
  private async ownerOf(organization: string): Promise<string> {
    const owner = isReference(organization) ? await this.organizations.get(organization) : undefined;
    if (!owner) throw noOrganization(organization);
    return owner.id;
  }
}

const noTemplate = (name: string) => new Problem(404, `the organization has no template named ${name}`);

function found<T>(template: T | undefined, name: string): T {
  if (template === undefined) throw noTemplate(name);
  return template;
}
