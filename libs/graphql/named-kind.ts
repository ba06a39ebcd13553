import { badInput } from './errors.js';
import type { ServedKind, ServedKinds } from './kinds.js';
import { didYouMean } from './similar.js';

/** The kind that an argument names; throws if there is none, with the names that are similar. */
export function requireKind<K extends ServedKind>(kinds: ServedKinds<K>, name: string): K {
  const kind = kinds.named(name);
  if (kind) return kind;
  const [word = ''] = name.slice(0, 1_000).toLowerCase().split('.');
  const unknown = `the server doesn't have a resource type ${JSON.stringify(name.slice(0, 100))}`;
  const hint = didYouMean(word, kinds.names());
  throw badInput(hint ? `${unknown}.${hint}` : unknown);
}
