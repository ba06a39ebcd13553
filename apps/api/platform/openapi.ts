import { z } from 'zod';
import { CLUSTER_FILE } from './cluster-file.js';
import { type Json, json, list, operation, parametersOf, ref } from './openapi-operation.js';
import { auditQuerySchema } from './schemas/audit.js';
import { importSchema } from './schemas/copies.js';
import { named } from './schemas/named.js';
import { diffQuerySchema, pastListSchema, traceQuerySchema } from './schemas/past.js';

const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const auth = {
  name: 'auth',
  in: 'query',
  schema: { type: 'string', enum: ['token', 'certificate'], default: 'token' },
  description: 'How its user authenticates; a certificate is issued by each request and valid for a year',
};
const filePath = {
  name: 'path',
  in: 'query',
  required: true,
  schema: { type: 'string' },
  description: 'Below /etc or /var/lib/kubelet, e.g. /etc/kubernetes/manifests/web.yaml',
};
const auditId = { ...id, name: 'auditId' };
const auditPage = json({
  type: 'object',
  required: ['items'],
  properties: { items: { type: 'array', items: ref('AuditEvent') }, continue: { type: 'string', description: 'Gets the next page' } },
});
const organization = { name: 'organization', in: 'query', schema: { type: 'string' }, description: 'Id or name of the owner' };

const paths = {
  '/organizations': {
    get: operation({ summary: 'All organizations', answer: list('Organization') }),
    post: operation({ summary: 'Creates an organization', body: 'CreateOrganization', status: 201, answer: json(ref('Organization')) }),
  },
  '/organizations/{id}': {
    parameters: [{ ...id, description: 'Id or name' }],
    get: operation({ summary: 'One organization, with its quotas', answer: json(ref('Organization')) }),
    patch: operation({ summary: 'Sets quotas, or makes it the default', body: 'ChangeOrganization', answer: json(ref('Organization')) }),
    delete: operation({ summary: 'Deletes an organization with its clusters and their tokens', status: 204 }),
  },
  '/organizations/{id}/templates': {
    parameters: [{ ...id, description: 'Id or name' }],
    get: operation({ summary: 'What its clusters can be made from, without manifests', answer: list('Template') }),
    post: operation({
      summary: 'Creates a template: nodes, objects and faults to start with; it is tried, so errors are those of a cluster',
      body: 'CreateTemplate',
      status: 201,
      answer: json(ref('Template')),
    }),
  },
  '/organizations/{id}/templates/{name}': {
    parameters: [
      { ...id, description: 'Id or name' },
      { ...id, name: 'name' },
    ],
    get: operation({ summary: 'One template', answer: json(ref('Template')) }),
    put: operation({
      summary: 'Replaces a template; clusters that were made from it stay as they are',
      body: 'ChangeTemplate',
      answer: json(ref('Template')),
    }),
    delete: operation({ summary: 'Deletes a template; clusters that were made from it stay as they are', status: 204 }),
  },
  '/clusters': {
    get: operation({ summary: 'All clusters', parameters: [organization], answer: list('Cluster') }),
    post: operation({
      summary: 'Creates a cluster, which is usable at once',
      body: 'CreateCluster',
      status: 201,
      answer: json(ref('CreatedCluster')),
    }),
  },
  '/clusters/import': {
    post: {
      ...operation({
        summary: 'Creates a cluster of a file that an export gave, with credentials of its own; the body is the file',
        status: 201,
        answer: json(ref('CreatedCluster')),
        parameters: parametersOf(importSchema),
      }),
      requestBody: { required: true, content: { [CLUSTER_FILE]: { schema: { type: 'string' } } } },
    },
  },
  '/clusters/{id}/export': {
    parameters: [id],
    get: operation({
      summary: 'The cluster as one file, a line per object, with its secrets but without its keys; sealed by this installation',
      answer: { content: { [CLUSTER_FILE]: { schema: { type: 'string' } } } },
    }),
  },
  '/clusters/{id}': {
    parameters: [id],
    get: operation({ summary: 'One cluster, and the revisions that it has', answer: json(ref('ShownCluster')) }),
    patch: operation({ summary: 'Changes its clock; time goes on from where it is', body: 'ChangeCluster', answer: json(ref('Cluster')) }),
    delete: operation({ summary: 'Deletes a cluster with everything in it', status: 204 }),
  },
  '/clusters/{id}/fork': {
    parameters: [id],
    post: operation({
      summary: 'Creates a cluster that goes on from a state of this one, with the same seed but credentials of its own',
      body: 'CreateFork',
      status: 201,
      answer: json(ref('CreatedCluster')),
    }),
  },
  '/clusters/{id}/snapshots': {
    parameters: [id],
    get: operation({ summary: 'Its snapshots, oldest first', answer: list('Snapshot') }),
    post: operation({
      summary: 'Keeps its current state, or that of a revision, under a name',
      body: 'CreateSnapshot',
      status: 201,
      answer: json(ref('Snapshot')),
    }),
  },
  '/clusters/{id}/snapshots/{name}': {
    parameters: [id, { ...id, name: 'name' }],
    delete: operation({ summary: 'Deletes a snapshot', status: 204 }),
  },
  '/clusters/{id}/restore': {
    parameters: [id],
    post: operation({
      summary: 'Gives it the objects of a snapshot or a revision; its time and revisions go on, credentials stay, watches end with 410',
      body: 'CreateRestore',
      answer: json(ref('Restored')),
    }),
  },
  '/clusters/{id}/reset': {
    parameters: [id],
    post: operation({
      summary: 'Gives it the objects of a new cluster, or of a snapshot',
      body: 'CreateReset',
      answer: json(ref('Restored')),
    }),
  },
  '/clusters/{id}/objects': {
    parameters: [id],
    get: operation({
      summary: 'The objects of a resource as they were at a revision',
      parameters: parametersOf(pastListSchema),
      answer: json(ref('PastObjects')),
    }),
  },
  '/clusters/{id}/diff': {
    parameters: [id],
    get: operation({
      summary: 'The objects that differ between two revisions, and their fields',
      parameters: parametersOf(diffQuerySchema),
      answer: json(ref('Diff')),
    }),
  },
  '/clusters/{id}/trace': {
    parameters: [id],
    get: operation({
      summary: 'What followed from a write, component by component, or what it followed from; as text, or JSON with format=json',
      parameters: parametersOf(traceQuerySchema),
      answer: { content: { 'text/plain': { schema: { type: 'string' } }, ...json(ref('Trace')).content } },
    }),
  },
  '/clusters/{id}/audit': {
    parameters: [id],
    get: operation({
      summary: 'The requests of its clients, newest first, with what happened to each',
      parameters: parametersOf(auditQuerySchema),
      answer: auditPage,
    }),
  },
  '/clusters/{id}/audit/{auditId}': {
    parameters: [id, auditId],
    get: operation({ summary: 'The request with this Audit-Id', answer: list('AuditEvent') }),
  },
  '/clusters/{id}/authorization/explain': {
    parameters: [id],
    post: operation({
      summary: 'Why a request in the cluster is allowed or refused, which bindings nearly allow it, and what would',
      body: 'ExplainAccess',
      answer: json(ref('AccessExplanation')),
    }),
  },
  '/clusters/{id}/scheduling': {
    parameters: [id, { name: 'pod', in: 'query', required: true, schema: { type: 'string' }, description: 'NAMESPACE/NAME' }],
    get: operation({ summary: 'Why a pod is on its node, or why it is pending', answer: json(ref('Scheduling')) }),
  },
  '/clusters/{id}/scheduling/what-if': {
    parameters: [id],
    post: operation({
      summary: 'What the scheduler would do with a pod; nothing is created',
      body: 'WhatIf',
      answer: json(ref('Scheduling')),
    }),
  },
  '/clusters/{id}/etcd': {
    parameters: [id],
    get: operation({ summary: 'What the members of etcd say of themselves', answer: json(ref('Etcd')) }),
  },
  '/clusters/{id}/cloud/instances': {
    parameters: [id],
    get: operation({ summary: 'The machines of a cluster that was created in a cloud', answer: list('Instance') }),
  },
  '/clusters/{id}/cloud/instances/{instance}': {
    parameters: [id, { ...id, name: 'instance' }],
    patch: operation({ summary: 'Shuts a machine down, or starts it again', body: 'InstancePower', status: 204 }),
    delete: operation({ summary: 'Removes a machine for good; its node is deleted when it is no longer ready', status: 204 }),
  },
  '/clusters/{id}/faults': {
    parameters: [id],
    get: operation({ summary: 'The faults that are in effect, oldest first', answer: list('Fault') }),
    post: operation({ summary: 'Breaks a part of the cluster', body: 'CreateFault', status: 201, answer: json(ref('Fault')) }),
  },
  '/clusters/{id}/faults/{fault}': {
    parameters: [id, { ...id, name: 'fault' }],
    delete: operation({ summary: 'Heals a fault', status: 204 }),
  },
  '/clusters/{id}/nodes/{node}/files': {
    parameters: [id, { ...id, name: 'node' }, filePath],
    get: operation({
      summary: 'A file that a component of the node reads, such as the manifest of a static pod',
      answer: json(ref('NodeFile')),
    }),
    put: operation({
      summary: 'Writes a file; a static pod follows its manifest',
      body: 'File',
      answer: json(ref('NodeFile')),
    }),
    delete: operation({
      summary: 'Removes a file; a component of the control plane does not run without its manifest',
      status: 204,
    }),
  },
  '/clusters/{id}/kubeconfig': {
    parameters: [id],
    get: operation({
      summary: 'Its kubeconfig',
      parameters: [auth],
      answer: { content: { 'application/yaml': { schema: { type: 'string' } } } },
    }),
  },
  '/clusters/{id}/token': {
    parameters: [id],
    post: operation({ summary: 'Creates a new token; the old one is revoked', status: 201, answer: json(ref('Token')) }),
  },
  '/clusters/{id}/clock': {
    parameters: [id],
    get: operation({ summary: 'Its clock, and how far an advance has come', answer: json(ref('Clock')) }),
  },
  '/clusters/{id}/clock/advance': {
    parameters: [id],
    post: operation({
      summary: 'Advances a stepped clock: by, up to, until quiet or until an object is as it is waited for; answers with what happened',
      body: 'Advance',
      answer: json(ref('Advanced')),
    }),
    delete: operation({ summary: 'Stops an advance where it is', status: 204 }),
  },
};

/** The OpenAPI document of /platform/v1, generated from the schemas that validate the bodies. */
export function platformOpenApi(): Json {
  return {
    openapi: '3.1.0',
    info: { title: 'Orrery platform', version: 'v1' },
    servers: [{ url: '/platform/v1' }],
    security: [{ bearer: [] }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: Object.fromEntries(
        Object.entries(named).map(([name, schema]) => {
          const { $schema: _, ...rest } = z.toJSONSchema(schema, {
            io: /^(Create|Change|Advance$|Explain)/.test(name) ? 'input' : 'output',
          });
          return [name, rest];
        }),
      ),
    },
  };
}
