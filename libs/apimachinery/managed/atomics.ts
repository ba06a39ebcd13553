import { isJsonObject } from '../json-object.js';
import type { SchemaStruct } from '../schema.js';
import { type FieldTree, treeOf } from './field-tree.js';
import { itemTree, memberTree } from './typed.js';

function collect(tree: FieldTree, value: unknown, path: string, found: string[]): void {
  if (tree.of === 'leaf') {
    if (isJsonObject(value) || Array.isArray(value)) found.push(path);
  } else if (tree.of === 'struct') {
    if (isJsonObject(value)) for (const name of Object.keys(value)) collect(memberTree(tree, name), value[name], `${path}.${name}`, found);
  } else if (tree.of === 'list' && Array.isArray(value)) {
    value.forEach((item, index) => {
      collect(itemTree(tree), item, `${path}[${index}]`, found);
    });
  }
}

/** The paths of the atomic lists, maps and structs in a configuration: `.spec.containers[0].command`. */
export function atomicPaths(struct: SchemaStruct, configuration: object): string[] {
  const found: string[] = [];
  collect(treeOf(struct), configuration, '', found);
  return found;
}
