import type { KubeObject } from '#apimachinery';
import type { GraphContext } from '../context.js';
import { badInput } from '../errors.js';
import { FIELD_MANAGER, type WrittenObject, written } from '../inputs/written.js';
import { resourceOf, type ServedKind, type ServedKinds } from '../kinds.js';
import { withKind } from '../loaders.js';
import { requireKind } from '../named-kind.js';
import { checkNames } from '../queries.js';
import { type Edit, EditRefused } from './patch.js';

/** What names an object of any kind, as plain data. */
export interface Named {
  /** As in kubectl: pod, po, deployments.apps. */
  kind: string;
  name: string;
  namespace: string;
  dryRun?: boolean;
}

/** What is needed to edit an object. */
export type EditContext = Pick<GraphContext, 'client'> & { readonly kinds: ServedKinds };

/** The namespace of an object of a kind. */
export function placeOf(kind: ServedKind, args: Pick<Named, 'name' | 'namespace'>): string | undefined {
  checkNames(args);
  return kind.info.namespaced ? args.namespace : undefined;
}

/** An edit that is refused is the client's error. */
async function allowed<T>(run: () => T | Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw error instanceof EditRefused ? badInput(error.message) : error;
  }
}

/** Reads the object, and patches it as the edit says; undefined: there is nothing to change. */
export async function edited<T extends KubeObject>(
  args: Named,
  { client, kinds }: EditContext,
  edit: (object: T) => Edit | undefined | Promise<Edit | undefined>,
): Promise<WrittenObject> {
  const kind = requireKind(kinds, args.kind);
  const resource = resourceOf(kind);
  const namespace = placeOf(kind, args);
  const object = withKind(await client.get(resource, args.name, namespace), resource);
  const made = await allowed(() => edit(object as T));
  const { dryRun = false } = args;
  if (!made) return { object, before: object, warnings: [], dryRun };
  return written(dryRun, async (report) => {
    const query = { dryRun, fieldManager: FIELD_MANAGER, report };
    return withKind(await client.patch(resource, args.name, namespace, made.type, made.patch, query), resource);
  });
}
