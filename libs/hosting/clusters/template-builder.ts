import { type BuiltTemplate, StartRefused, type TemplateShape } from '#cluster';
import { runInThread } from './limited-thread.js';

/** Objects that a tenant has chosen may not take more: nothing else bounds what components do with them. */
const TENANT_LIMITS = { milliseconds: 60_000, heapMegabytes: 1_024 };

/** Builds of objects that tenants have chosen run one after another: each takes a core. */
let last: Promise<unknown> = Promise.resolve();

const PROGRAM = new URL('./template-thread.js', import.meta.url);
const refused = (message: string) => new StartRefused(message);

/** Builds a template in a separate thread. Rejects with the error that occurred in it; StartRefused if nothing can start like this. */
export function buildInThread(shape: TemplateShape): Promise<BuiltTemplate> {
  if (shape.manifests === undefined) return runInThread(PROGRAM, shape, { refused });
  const building = last.then(() => runInThread<BuiltTemplate>(PROGRAM, shape, { refused, limits: TENANT_LIMITS }));
  last = building.catch(() => undefined);
  return building;
}
