import { createHash } from 'node:crypto';
import { ClusterExists, type StorageAdmin, type StoredObject } from '#storage';
import { components } from './components.js';
import type { StartingState } from './starting-state.js';
import { type BuiltTemplate, plainStart, TEMPLATE_INSTANT, type TemplateShape, templateReplacements } from './template.js';

/** The templates of a store: one per shape, built on first use, and stored beside the clusters that are copied from them. */
export interface Templates {
  /** The template's id, and what to replace in a copy that is created at `now` with a seed of its own. */
  of(start: StartingState): Promise<{ cluster: string; replacements(now: number, seed: string): Array<{ from: string; to: string }> }>;
}

export interface TemplatesOptions {
  admin: StorageAdmin;
  rootCA: string;
  /** Builds the objects of a template: buildTemplate, or the same in a separate thread. */
  build(shape: TemplateShape): Promise<BuiltTemplate>;
  /** The program's version: each version builds its own templates. */
  version: string;
  /** The machine's time. */
  now(): number;
}

/**
 * A use is recorded once per this interval (ms); a template that was last used longer ago than twice that may be removed by any process.
 */
const NOTE_EVERY = 600_000;
/** Unused templates are removed after this time (ms): they belong to another build, or to a shape that was used once. */
const UNUSED_FOR = 7 * 24 * 3_600_000;
/** How many templates that were used within that time are kept. */
const MOST_TEMPLATES = 64;

/** Removes the templates that are no longer used. They are built again when needed. */
export async function removeUnusedTemplates(admin: StorageAdmin, now: number): Promise<void> {
  const unused = await admin.unusedTemplates({ before: now - UNUSED_FOR, recent: now - 2 * NOTE_EVERY, keep: MOST_TEMPLATES });
  for (const cluster of unused) await admin.destroy(cluster);
}

/** Stores a template's objects, unless that has been done; several processes may try this concurrently. */
async function store(admin: StorageAdmin, id: string, objects: readonly StoredObject[]): Promise<void> {
  await admin.create(id).catch((error: unknown) => {
    if (!(error instanceof ClusterExists)) throw error;
  });
  const storage = admin.open(id);
  const cause = { requestId: 'template', user: 'system:bootstrap', verb: 'create' };
  const ops = objects.map(({ key, value }) => ({ type: 'create' as const, key, value, cause, at: TEMPLATE_INSTANT }));
  // Atomic: of two processes one succeeds, and both have the same template.
  await storage.write(ops, { atomic: true });
  const cursor = await storage.revision();
  await storage.compact(cursor);
  for (const { name } of components) {
    const { token } = await storage.beginTurn(name);
    await storage.endTurn(name, { token, cursor });
  }
}

/**
 * Builds and stores a template that does not exist. The plain one that it was made from is stored too, so that the first cluster of the
 * plain shape need not wait for it.
 */
async function keep({ admin, build, rootCA, now, version }: TemplatesOptions, id: string, start: StartingState): Promise<void> {
  const exists = async (template: string) => (await admin.exists(template)) && (await admin.open(template).revision()) > 0;
  if (await exists(id)) return;
  const { objects, plain } = await build({ ...start, rootCA });
  await store(admin, id, objects);
  if (plain === undefined) return;
  const plainId = templateId(plainStart(start), { rootCA, version });
  await admin.templateUsed(plainId, now());
  if (!(await exists(plainId))) await store(admin, plainId, plain);
}

/** JSON with the members of objects in the order of their names: what has been stored and read again has the same text. */
function stableText(value: unknown): string {
  return JSON.stringify(value, (_name, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

/** The id of the template of a starting state. */
function templateId(start: StartingState, { rootCA, version }: Pick<TemplatesOptions, 'rootCA' | 'version'>): string {
  const digest = createHash('sha256').update(stableText([start, rootCA, version]));
  return `template-${digest.digest('hex').slice(0, 20)}`;
}

/** The templates over a store. */
export function clusterTemplates(options: TemplatesOptions): Templates {
  const { admin, now } = options;
  /** Templates known to exist, with the time when their use was last recorded. */
  const made = new Map<string, { making: Promise<void>; at: number }>();
  return {
    async of(start) {
      const cluster = templateId(start, options);
      let known = made.get(cluster);
      if (!known || known.at <= now() - NOTE_EVERY) {
        // The use is recorded first, so that another process does not remove the template in the meantime.
        const making = admin.templateUsed(cluster, now()).then(() => keep(options, cluster, start));
        known = { making, at: now() };
        if (made.size >= MOST_TEMPLATES) made.clear();
        made.set(cluster, known);
        // The caller gets the error; the next call retries.
        making.catch(() => made.delete(cluster));
      }
      await known.making;
      return { cluster, replacements: templateReplacements };
    },
  };
}
