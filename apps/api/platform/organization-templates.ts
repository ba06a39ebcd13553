import type { z } from 'zod';
import type { Instant } from '#apimachinery';
import { StartRefused } from '#cluster';
import { Problem, validated } from '#hosting';
import { presetNodes } from '#kubeadm';
import {
  NameTaken,
  OrganizationGone,
  type StartingState,
  type Template,
  type TemplateContent,
  type Templates,
  TooManyTemplates,
} from '#platform';
import { isReference } from './ids.js';
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

/** The nodes one by one: the answer, stored again, is the same template. */
function nodesView({ named = [], cpu, memory, pods }: StartingState['nodes']) {
  const common = {
    ...(cpu !== PLAIN_NODE.cpu && { cpu }),
    ...(memory !== PLAIN_NODE.memory && { memory }),
    ...(pods !== PLAIN_NODE.pods && { pods }),
  };
  return named.map((node) => ({ ...common, ...node }));
}

function clockView({ startAt, ...clock }: { mode: string; rate?: number; startAt?: Instant }) {
  return { ...clock, ...(startAt !== undefined && { startAt: new Date(startAt).toISOString() }) };
}

function templateView({ name, start, defaults, createdAt }: Template) {
  const { nodes, ...rest } = start;
  const { profile, clock } = defaults;
  return {
    ...{ name, nodes: nodesView(nodes), ...rest },
    ...(profile && { profile }),
    ...(clock && { clock: clockView(clock) }),
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

/** The templates of organizations (by id), as REST and GraphQL show and store them. Bodies are validated here; throws Problems. */
export class OrganizationTemplates {
  constructor(private readonly parts: { templates: Templates; maxNodes: number }) {}

  /** Without their manifests. */
  async list(organization: string) {
    return (await this.parts.templates.list(organization)).map(templateView);
  }

  async get(organization: string, name: string) {
    const found = isReference(name) ? await this.parts.templates.get(organization, name) : undefined;
    return found && templateView(found);
  }

  async create(organization: string, body: unknown) {
    const { name, ...rest } = validated(createTemplateSchema, body);
    const content = this.checked(contentOf(rest));
    return templateView(await this.stored(name, () => this.parts.templates.create(organization, name, content)));
  }

  /** Undefined if there is none of that name. */
  async replace(organization: string, name: string, body: unknown) {
    const content = this.checked(contentOf(validated(templateBody, body)));
    if (!isReference(name)) return undefined;
    const replaced = await this.stored(name, () => this.parts.templates.replace(organization, name, content));
    return replaced && templateView(replaced);
  }

  /** Whether there was one. */
  async remove(organization: string, name: string): Promise<boolean> {
    return isReference(name) && this.parts.templates.remove(organization, name);
  }

  private checked(content: TemplateContent): TemplateContent {
    const { maxNodes } = this.parts;
    if (content.start.nodes.count > maxNodes) throw new Problem(422, `nodes: at most ${maxNodes} here (ORRERY_MAX_NODES)`);
    return content;
  }

  private stored<T>(name: string, store: () => Promise<T>): Promise<T> {
    return store().catch((error: unknown) => {
      throw templateProblem(error, name);
    });
  }
}
