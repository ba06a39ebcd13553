import { explainSchema, explanationSchema } from './access.js';
import { auditEventSchema } from './audit.js';
import { advancedSchema, advanceSchema, clockSchema } from './clock.js';
import {
  changeClusterSchema,
  clusterSchema,
  createClusterSchema,
  createdClusterSchema,
  shownClusterSchema,
  tokenSchema,
} from './clusters.js';
import { createSnapshotSchema, forkSchema, resetSchema, restoredSchema, restoreSchema, snapshotSchema } from './copies.js';
import { etcdSchema, faultRequestSchema, faultSchema } from './faults.js';
import { fileSchema, instancePowerSchema, instanceSchema, nodeFileSchema } from './machines.js';
import { changeOrganizationSchema, createOrganizationSchema, organizationSchema, quotasSchema } from './organizations.js';
import { diffSchema, pastObjectsSchema, traceSchema } from './past.js';
import { problemSchema } from './problem.js';
import { schedulingSchema, whatIfSchema } from './scheduling.js';
import { createTemplateSchema, templateBody, templateSchema } from './templates.js';

/** The shapes that the OpenAPI document describes, by their names there. */
export const named = {
  Organization: organizationSchema,
  CreateOrganization: createOrganizationSchema,
  ChangeOrganization: changeOrganizationSchema,
  Quotas: quotasSchema,
  Template: templateSchema,
  CreateTemplate: createTemplateSchema,
  ChangeTemplate: templateBody,
  Cluster: clusterSchema,
  ShownCluster: shownClusterSchema,
  CreatedCluster: createdClusterSchema,
  CreateCluster: createClusterSchema,
  ChangeCluster: changeClusterSchema,
  CreateFork: forkSchema,
  CreateSnapshot: createSnapshotSchema,
  Snapshot: snapshotSchema,
  CreateRestore: restoreSchema,
  CreateReset: resetSchema,
  Restored: restoredSchema,
  PastObjects: pastObjectsSchema,
  Diff: diffSchema,
  Trace: traceSchema,
  Token: tokenSchema,
  Advance: advanceSchema,
  Advanced: advancedSchema,
  Clock: clockSchema,
  AuditEvent: auditEventSchema,
  ExplainAccess: explainSchema,
  WhatIf: whatIfSchema,
  Scheduling: schedulingSchema,
  AccessExplanation: explanationSchema,
  File: fileSchema,
  NodeFile: nodeFileSchema,
  Instance: instanceSchema,
  InstancePower: instancePowerSchema,
  CreateFault: faultRequestSchema,
  Fault: faultSchema,
  Etcd: etcdSchema,
  Problem: problemSchema,
} as const;
