import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Patch, Post, UseGuards } from '@nestjs/common';
import { Problem, validated } from '#hosting';
import { NameTaken, type Organizations } from '#platform';
import { ORGANIZATIONS } from '../tokens.js';
import { isReference, noOrganization } from './ids.js';
import { PlatformGuard } from './platform.guard.js';
import { changeOrganizationSchema, createOrganizationSchema } from './schemas/organizations.js';
import { organizationView } from './views.js';

/** /platform/v1/organizations */
@Controller('platform/v1/organizations')
@UseGuards(PlatformGuard)
export class OrganizationsController {
  constructor(@Inject(ORGANIZATIONS) private readonly organizations: Organizations) {}

  @Get()
  async list() {
    return { items: (await this.organizations.list()).map(organizationView) };
  }

  @Post()
  async create(@Body() body: unknown) {
    const { name } = validated(createOrganizationSchema, body);
    try {
      return organizationView(await this.organizations.create(name));
    } catch (error) {
      if (error instanceof NameTaken) throw new Problem(409, `an organization named ${name} already exists`);
      throw error;
    }
  }

  @Get(':id')
  async show(@Param('id') id: string) {
    const found = isReference(id) ? await this.organizations.get(id) : undefined;
    if (!found) throw noOrganization(id);
    return organizationView(found);
  }

  @Patch(':id')
  async change(@Param('id') id: string, @Body() body: unknown) {
    const wanted = validated(changeOrganizationSchema, body);
    const changed = isReference(id) ? await this.organizations.change(id, wanted) : undefined;
    if (!changed) throw noOrganization(id);
    return organizationView(changed);
  }

  @Delete(':id')
  @HttpCode(204)
  async remove(@Param('id') id: string): Promise<void> {
    if (!isReference(id) || !(await this.organizations.remove(id))) throw noOrganization(id);
  }
}
