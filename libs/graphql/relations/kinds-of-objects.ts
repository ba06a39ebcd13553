import { GraphQLString } from 'graphql';
import type { Resource } from '#api';
import { isForbidden, type KubeObject } from '#apimachinery';
import { checkCount } from '../check-limit.js';
import type { GraphContext } from '../context.js';
import { type GraphKind, type GraphKinds, resourceOf } from '../kinds.js';
import { limits } from '../limits.js';
import { requireKind } from '../named-kind.js';
import { nullableListOf } from '../output-types.js';

/** The argument that names kinds. */
export const kindsArgument = {
  kinds: {
    type: nullableListOf(GraphQLString),
    description:
      'As in kubectl: pods, rs, deployments.apps, or a category such as all or api-extensions, of which each kind that you may not list is an error of its own beside the others; default all that you may list.',
  },
};

/**
 * The kinds that names stand for, by default all that can be listed; `asked`: those that were named one by one, and not by a category. Throws
 * for names that are unknown, and for too many of them.
 */
export function namedKinds(
  names: readonly string[] | null | undefined,
  kinds: GraphKinds,
): { readonly wanted: ReadonlySet<GraphKind>; readonly asked: ReadonlySet<GraphKind> } {
  if (!names) return { wanted: new Set(kinds.stored), asked: new Set() };
  checkCount(names, limits.kindsAtOnce, 'kinds');
  const categories = new Map(names.map((name) => [name, kinds.ofCategory(name)]));
  const asked = new Set(names.flatMap((name) => (categories.get(name) ? [] : requireKind(kinds, name))));
  return { asked, wanted: new Set([...asked, ...[...categories.values()].flatMap((some) => some ?? [])]) };
}

/**
 * Objects of several kinds, one kind after the other: of the named ones, or of all that can be listed. Of a category, what the user may not
 * list is an error in the place of its objects; where no kinds are named it is left out. Throws where a kind that is named by itself is
 * refused, for names that are unknown, and for too many of them.
 */
export async function objectsOfKinds(
  names: readonly string[] | null | undefined,
  { kinds, meter }: GraphContext,
  read: (resource: Resource) => Promise<readonly KubeObject[]>,
): Promise<Array<KubeObject | Error>> {
  const { wanted, asked } = namedKinds(names, kinds);
  const found: Array<KubeObject | Error> = [];
  for (const kind of wanted) {
    const wait = meter.turn();
    if (wait) await wait;
    const own = () => read(resourceOf(kind));
    const objects = await (asked.has(kind) ? own() : allowed(own, (refusal) => (names ? [refusal] : [])));
    for (const object of objects) found.push(object);
  }
  return found;
}

/** What is read; what `otherwise` makes of the refusal where reading is forbidden. */
async function allowed<T, U>(read: () => Promise<T>, otherwise: (refusal: Error) => U): Promise<T | U> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error && isForbidden(error)) return otherwise(error);
    throw error;
  }
}

/** What is read; something else where reading is forbidden. */
export const ifAllowed = <T>(read: () => Promise<T>, otherwise: T): Promise<T> => allowed(read, () => otherwise);
