import type { ClusterTemplates } from './clusters.js';
import { randomId } from './ids.js';
import type { Cluster, ClusterFeatures, PlatformRecords, StartingState, Template } from './records.js';

/** Templates of one organization. */
const MOST_TEMPLATES = 200;

/** What a template is made of. */
export type TemplateContent = Pick<Template, 'start' | 'defaults'>;

/** The templates of organizations. What cannot be a cluster throws the error of ClusterTemplates.of. */
export interface Templates {
  /** By name, without their manifests. */
  list(organizationId: string): Promise<Template[]>;
  get(organizationId: string, name: string): Promise<Template | undefined>;
  /** Throws NameTaken, TooManyTemplates, OrganizationGone. */
  create(organizationId: string, name: string, content: TemplateContent): Promise<Template>;
  /** Clusters that were made from it stay as they are. Undefined if it does not exist. */
  replace(organizationId: string, name: string, content: TemplateContent): Promise<Template | undefined>;
  /** Returns whether it existed. */
  remove(organizationId: string, name: string): Promise<boolean>;
}

export interface TemplatesOptions {
  records: PlatformRecords;
  /** Builds what clusters are copied from: the first cluster of a template need not wait for it. */
  templates: Pick<ClusterTemplates, 'of'>;
  /** The machine's time. */
  now(): number;
}

/** Creates, changes and deletes the templates of organizations. */
export function createTemplates({ records, templates, now }: TemplatesOptions): Templates {
  const made = (organizationId: string, name: string, content: TemplateContent): Template => ({
    ...{ id: randomId(), organizationId, name },
    ...content,
    createdAt: new Date(now()),
  });
  return {
    list: (organizationId) => records.templates(organizationId),
    get: (organizationId, name) => records.templateNamed(organizationId, name),
    async create(organizationId, name, content) {
      await templates.of(content.start);
      const template = made(organizationId, name, content);
      await records.addTemplate(template, MOST_TEMPLATES);
      return template;
    },
    async replace(organizationId, name, content) {
      if ((await records.templateNamed(organizationId, name)) === undefined) return undefined;
      await templates.of(content.start);
      const template = made(organizationId, name, content);
      return (await records.replaceTemplate(template)) ? template : undefined;
    },
    remove: (organizationId, name) => records.removeTemplate(organizationId, name),
  };
}

/** What clusters of a starting state have besides their nodes. */
export const featuresOf = ({ version, cloud, storage }: StartingState): ClusterFeatures => ({
  ...(version !== undefined && { version }),
  ...(cloud && { cloud }),
  ...(storage && { storage }),
});

/** What a cluster started with. */
export async function startOf(records: Pick<PlatformRecords, 'template'>, cluster: Cluster): Promise<StartingState> {
  const { templateId, nodes, features } = cluster;
  const template = templateId === undefined ? undefined : await records.template(templateId);
  return template?.start ?? { nodes, ...features };
}
