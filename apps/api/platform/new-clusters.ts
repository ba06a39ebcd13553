import type { z } from 'zod';
import { Problem, validated } from '#hosting';
import type { Clusters, Organizations, Templates } from '#platform';
import { ownerOf } from './owner.js';
import { creationProblem } from './problems.js';
import { createClusterSchema, nodesSchema } from './schemas/clusters.js';
import { madeOfAll, namesOf } from './several.js';

type CreateCluster = z.infer<typeof createClusterSchema>;

export interface NewClustersParts {
  clusters: Pick<Clusters, 'create' | 'remove'>;
  organizations: Organizations;
  templates: Pick<Templates, 'get'>;
  /** Maximum nodes of a cluster. */
  maxNodes: number;
}

/** Creates clusters as REST and GraphQL ask for them. Bodies are validated here; throws Problems. */
export class NewClusters {
  constructor(private readonly parts: NewClustersParts) {}

  /** One cluster, or `several` that are made alike. */
  async create(body: unknown) {
    const { organizations, clusters } = this.parts;
    const request = validated(createClusterSchema, body);
    const { id: organizationId } = await ownerOf(organizations, request.organization);
    const { name, seed, count } = request;
    const common = { organizationId, ...(await this.startOf(organizationId, request)), ...(seed === undefined ? {} : { seed }) };
    const make = (named: string) =>
      clusters.create({ name: named, ...common }).catch((error: unknown) => {
        throw creationProblem(error, named);
      });
    if (count === undefined) return { several: false, made: [await make(name)] };
    const made = await madeOfAll(namesOf(name, count), { make, undo: ({ cluster }) => clusters.remove(cluster.id) });
    return { several: true, made };
  }

  /** What it starts with: the template's, or as the request says. */
  private async startOf(organizationId: string, { template: named, nodes, cloud, storage, profile, clock }: CreateCluster) {
    const { templates, maxNodes } = this.parts;
    const template = named === undefined ? undefined : await templates.get(organizationId, named);
    if (named !== undefined && template === undefined) throw new Problem(422, `template: the organization has no template named ${named}`);
    const start = template?.start ?? { nodes: nodes ?? nodesSchema.parse({}), ...(cloud && { cloud }), ...(storage && { storage }) };
    if (start.nodes.count > maxNodes) throw new Problem(422, `nodes.count: at most ${maxNodes} here (ORRERY_MAX_NODES)`);
    return {
      start,
      ...(template && { templateId: template.id }),
      profile: profile ?? template?.defaults.profile ?? 'realistic',
      clock: clock ?? template?.defaults.clock ?? { mode: 'real' as const },
    };
  }
}
