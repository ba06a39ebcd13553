import { Worker } from 'node:worker_threads';
import { StartRefused, type TemplateShape } from '#cluster';
import type { StoredObject } from '#storage';

/** What a thread that builds a template answers. */
export type BuiltTemplate = { objects: StoredObject[] } | { refused: string };

/** Objects that a tenant has chosen may not take more: nothing else bounds what components do with them. */
const TENANT_LIMITS = { milliseconds: 60_000, heapMegabytes: 1_024 };

/** Builds of objects that tenants have chosen run one after another: each takes a core. */
let last: Promise<unknown> = Promise.resolve();

/** Builds a template in a separate thread. Rejects with the error that occurred in it; StartRefused if nothing can start like this. */
export function buildInThread(shape: TemplateShape): Promise<StoredObject[]> {
  if (shape.manifests === undefined) return build(shape);
  const building = last.then(() => build(shape));
  last = building.catch(() => undefined);
  return building;
}

function build(shape: TemplateShape): Promise<StoredObject[]> {
  const chosen = shape.manifests !== undefined;
  const resourceLimits = chosen ? { resourceLimits: { maxOldGenerationSizeMb: TENANT_LIMITS.heapMegabytes } } : {};
  const thread = new Worker(new URL('./template-thread.js', import.meta.url), { workerData: shape, ...resourceLimits });
  const timer = chosen ? setTimeout(() => void thread.terminate(), TENANT_LIMITS.milliseconds) : undefined;
  return new Promise<StoredObject[]>((resolve, reject) => {
    thread.once('message', (built: BuiltTemplate) => {
      if ('refused' in built) reject(new StartRefused(built.refused));
      else resolve(built.objects);
    });
    thread.once('error', (error: Error & { code?: string }) =>
      reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new StartRefused('the objects to start with take too much memory') : error),
    );
    thread.once('exit', (code) =>
      reject(
        chosen
          ? new StartRefused(`the cluster did not become quiet within ${TENANT_LIMITS.milliseconds / 1000}s`)
          : new Error(`the thread that builds a template ended with ${code}`),
      ),
    );
  }).finally(() => clearTimeout(timer));
}
