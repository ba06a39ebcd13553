import { createHash, randomBytes } from 'node:crypto';
import { ClusterExists, type StorageAdmin, type StoredObject } from '#storage';
import { components } from './components.js';
import { TEMPLATE_INSTANT, type TemplateShape, templateReplacements } from './template.js';

/** The templates of a store: one a shape, made when first asked for, and kept with the clusters that are copied from them. */
export interface Templates {
  /** The template's id, and what to replace in a copy that is born at `now`. */
  of(nodes: TemplateShape['nodes']): Promise<{ cluster: string; replacements(now: number): Array<{ from: string; to: string }> }>;
}

export interface TemplatesOptions {
  admin: StorageAdmin;
  rootCA: string;
  /** Makes the objects of a template: buildTemplate, or the same in a thread of its own. */
  build(shape: TemplateShape): Promise<StoredObject[]>;
  /** Of the program: another one makes its own templates. */
  version: string;
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
  const { rootCA, version } = options;
  const made = new Map<string, Promise<void>>();
  return {
    async of(nodes) {
      const { count, cpu, memory, pods } = nodes;
      const digest = createHash('sha256')
        .update(JSON.stringify([count, cpu, memory, pods, rootCA, version]))
        .digest('hex');
      const cluster = `template-${digest.slice(0, 20)}`;
      let making = made.get(cluster);
      if (!making) {
        making = keep(options, cluster, { nodes, rootCA });
        made.set(cluster, making);
        // A failure is told to who asked, and the next one tries again.
        making.catch(() => made.delete(cluster));
      }
      await making;
      return { cluster, replacements: (now) => templateReplacements(now, randomBytes(6).toString('hex')) };
    },
  };
}
