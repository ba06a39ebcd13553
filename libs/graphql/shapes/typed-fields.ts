import type { KindSchema } from '#api';
import { isJsonObject, memoized } from '#apimachinery';
import { limits } from '../limits.js';

/** How many fields of a custom kind's objects are typed at most. It costs no more than the limit, however large the schema is. */
export const typedFields = memoized(({ published }: KindSchema): number => {
  let fields = 0;
  const nodes: [node: unknown, depth: number][] = [[published, 0]];
  for (let next = nodes.pop(); next && fields < limits.customFields; next = nodes.pop()) {
    const [node, depth] = next;
    if (!isJsonObject(node) || depth > limits.customDepth) continue;
    const { properties, items, additionalProperties } = node;
    const below = isJsonObject(properties) ? Object.keys(properties).slice(0, limits.customObjectFields) : [];
    fields += below.length;
    if (isJsonObject(properties)) for (const key of below) nodes.push([properties[key], depth + 1]);
    nodes.push([items, depth + 1], [additionalProperties, depth + 1]);
  }
  return Math.min(fields, limits.customFields);
});
