import { createHash } from 'node:crypto';
import { ClusterExists, type StorageAdmin, type StoredObject } from '#storage';
import { components } from './components.js';
import { TEMPLATE_INSTANT, type TemplateShape, templateReplacements } from './template.js';

/** The templates of a store: one a shape, made when first asked for, and kept with the clusters that are copied from them. */
export interface Templates {
  /** The template's id, and what to replace in a copy that is born at `now`, with a seed of its own. */
  of(
    nodes: TemplateShape['nodes'],
  ): Promise<{ cluster: string; replacements(now: number, seed: string): Array<{ from: string; to: string }> }>;
}

export interface TemplatesOptions {
  admin: StorageAdmin;
  rootCA: string;
  /** Makes the objects of a template: buildTemplate, or the same in a thread of its own. */
  build(shape: TemplateShape): Promise<StoredObject[]>;
  /** Of the program: another one makes its own templates. */
  version: string;
  /** The machine's time. */
  now(): number;
}

/** A use is noted once in so many milliseconds; a template that was used longer ago than twice that may be removed by anybody. */
const NOTE_EVERY = 600_000;
/** Milliseconds after which an unused template is removed: it belongs to another build, or to a shape that was asked for once. */
const UNUSED_FOR = 7 * 24 * 3_600_000;
/** How many templates are kept that were used within that time. */
const MOST_TEMPLATES = 64;

/** Removes the templates that are no longer used. They are built again when needed. */
export async function removeUnusedTemplates(admin: StorageAdmin, now: number): Promise<void> {
  const unused = await admin.unusedTemplates({ before: now - UNUSED_FOR, recent: now - 2 * NOTE_EVERY, keep: MOST_TEMPLATES });
  for (const cluster of unused) await admin.destroy(cluster);
}

/** Puts a template's objects into the store; several processes may try it at once. */
async function keep({ admin, build }: TemplatesOptions, id: string, shape: TemplateShape): Promise<void> {
  const storage = admin.open(id);
  if ((await admin.exists(id)) && (await storage.revision()) > 0) return;
  const objects = await build(shape);
  await admin.create(id).catch((error: unknown) => {
    if (!(error instanceof ClusterExists)) throw error;
  });
  const cause = { requestId: 'template', user: 'system:bootstrap', verb: 'create' };
  const ops = objects.map(({ key, value }) => ({ type: 'create' as const, key, value, cause, at: TEMPLATE_INSTANT }));
  // All or nothing: of two processes one wins, and the template is the same.
  await storage.write(ops, { atomic: true });
  const cursor = await storage.revision();
  await storage.compact(cursor);
  for (const { name } of components) {
    const { token } = await storage.beginTurn(name);
    await storage.endTurn(name, { token, cursor });
  }
}

/** The templates over a store. */
export function clusterTemplates(options: TemplatesOptions): Templates {
  const { admin, rootCA, version, now } = options;
  /** Templates that were seen to be there, with when that was noted. */
  const made = new Map<string, { making: Promise<void>; at: number }>();
  return {
    async of(nodes) {
      const { count, cpu, memory, pods } = nodes;
      const digest = createHash('sha256')
        .update(JSON.stringify([count, cpu, memory, pods, rootCA, version]))
        .digest('hex');
      const cluster = `template-${digest.slice(0, 20)}`;
      let known = made.get(cluster);
      if (!known || known.at <= now() - NOTE_EVERY) {
        // The use is recorded first, so that another process does not remove the template meanwhile.
        const making = admin.templateUsed(cluster, now()).then(() => keep(options, cluster, { nodes, rootCA }));
        known = { making, at: now() };
        if (made.size >= MOST_TEMPLATES) made.clear();
        made.set(cluster, known);
        // The caller gets the error; the next call tries again.
        making.catch(() => made.delete(cluster));
      }
      await known.making;
      return { cluster, replacements: templateReplacements };
    },
  };
}
