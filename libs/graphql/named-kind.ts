import { badInput } from './errors.js';
import type { GraphKind, GraphKinds } from './kinds.js';

/** The kind that an argument names; throws if there is none. */
export function requireKind(kinds: GraphKinds, name: string): GraphKind {
  const kind = kinds.named(name);
  if (!kind) throw badInput(`the server doesn't have a resource type ${JSON.stringify(name.slice(0, 100))}`);
  return kind;
}
