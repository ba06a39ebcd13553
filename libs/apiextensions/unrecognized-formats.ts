import { isJsonObject } from '#apimachinery';
import { formatOf } from './facts.js';
import type { Schema } from './schema-node.js';

/** Formats in a schema that nothing validates, each as often as it occurs (customresourcedefinition/strategy.go getUnrecognizedFormatsInSchema). */
export function unrecognizedFormats(schema: Schema): string[] {
  const found: string[] = [];
  const visit = (value: unknown): void => {
    if (!isJsonObject(value)) return;
    const one = value as Schema;
    if (one.format && formatOf({ type: one.type, format: one.format }) === '') found.push(one.format);
    visit(one.items);
    for (const branches of [one.allOf, one.anyOf, one.oneOf]) for (const branch of branches ?? []) visit(branch);
    visit(one.not);
    for (const name of Object.keys(one.properties ?? {}).sort()) visit(one.properties?.[name]);
    visit(one.additionalProperties);
  };
  visit(schema);
  return found;
}
