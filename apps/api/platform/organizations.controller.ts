import { Body, Controller, Get, Inject, Post, UseGuards } from '@nestjs/common';
import { Problem, validated } from '#hosting';
import { NameTaken, type Organizations } from '#platform';
import { ORGANIZATIONS } from '../tokens.js';
import { PlatformGuard } from './platform.guard.js';
import { createOrganizationSchema } from './schemas.js';
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
      if (error instanceof NameTaken) throw new Problem(409, 'Conflict', `there is an organization named ${name} already`);
      throw error;
    }
  }
}
