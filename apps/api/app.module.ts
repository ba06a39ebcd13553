import { type DynamicModule, Module } from '@nestjs/common';
import { HEALTH, type Health, HealthController } from '#hosting';
import { LandingController } from './landing.controller.js';
import { AuditController } from './platform/audit.controller.js';
import { AuthorizationController } from './platform/authorization.controller.js';
import { ClockController } from './platform/clock.controller.js';
import { CloudController } from './platform/cloud.controller.js';
import { ClustersController } from './platform/clusters.controller.js';
import { CopiesController } from './platform/copies.controller.js';
import { FaultsController } from './platform/faults.controller.js';
import { NodeFilesController } from './platform/node-files.controller.js';
import { OpenApiController } from './platform/openapi.controller.js';
import { OrganizationsController } from './platform/organizations.controller.js';
import { PastController } from './platform/past.controller.js';
import { PlatformGuard } from './platform/platform.guard.js';
import { SchedulingController } from './platform/scheduling.controller.js';
import { TemplatesController } from './platform/templates.controller.js';
import { TransfersController } from './platform/transfers.controller.js';
import type { PlatformServices } from './platform-services.js';
import {
  ACCESS,
  APIS,
  AUDIT,
  CLUSTER_ADDRESS,
  CLUSTER_COPIES,
  CLUSTER_KEYS,
  CLUSTER_TIME,
  CLUSTERS,
  NEW_CLUSTERS,
  ORGANIZATIONS,
  PAST,
  TEMPLATES,
  TRANSFERS,
} from './tokens.js';

@Module({})
class AppModule {}

/** The api's Nest module. The Kubernetes endpoint is separate (start-api.ts): it uses no framework. */
export function appModule(services: { platform: PlatformServices; health: Health }): DynamicModule {
  const { platform, health } = services;
  return {
    module: AppModule,
    controllers: [
      HealthController,
      OrganizationsController,
      TemplatesController,
      TransfersController,
      ClustersController,
      ClockController,
      CopiesController,
      PastController,
      AuditController,
      AuthorizationController,
      SchedulingController,
      NodeFilesController,
      CloudController,
      FaultsController,
      OpenApiController,
      LandingController,
    ],
    providers: [
      PlatformGuard,
      { provide: HEALTH, useValue: health },
      { provide: ACCESS, useValue: platform.access },
      { provide: APIS, useValue: platform.apis },
      { provide: AUDIT, useValue: platform.audit },
      { provide: CLUSTERS, useValue: platform.clusters },
      { provide: ORGANIZATIONS, useValue: platform.organizations },
      { provide: CLUSTER_KEYS, useValue: platform.keys },
      { provide: CLUSTER_ADDRESS, useValue: platform.address },
      { provide: CLUSTER_TIME, useValue: platform.time },
      { provide: CLUSTER_COPIES, useValue: platform.clusterCopies },
      { provide: TRANSFERS, useValue: platform.transfers },
      { provide: TEMPLATES, useValue: platform.organizationTemplates },
      { provide: PAST, useValue: platform.past },
      { provide: NEW_CLUSTERS, useValue: platform.newClusters },
    ],
  };
}
