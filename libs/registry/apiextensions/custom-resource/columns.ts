import type { apiextensionsv1 } from '#api';
import { jsonPath, type PathLookup } from '#apiextensions';
import { goJSON, goNumber, parseTime } from '#apimachinery';
import type { Column } from '#apiserver';
import { age, nameColumn } from '../../columns.js';

/** Printer columns (apiextensions-apiserver/pkg/registry/customresource/tableconvertor). */
type ColumnDefinition = apiextensionsv1.CustomResourceColumnDefinition;

/** The columns of a version that defines none. */
const DEFAULT: readonly ColumnDefinition[] = [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];

function printed(value: unknown): string {
  if (value === null) return '<no value>';
  if (typeof value === 'object') return goJSON(value);
  return typeof value === 'number' ? goNumber(value) : String(value);
}

function cellOf(type: string, value: unknown, now: number): string | number | boolean | null {
  if (value === undefined) return null;
  if (type === 'string') return printed(value);
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  if (typeof value !== 'string') return null;
  return parseTime(value) === undefined ? '<invalid>' : age(value, now);
}

function columnOf(definition: ColumnDefinition, lookup: PathLookup): Column {
  const { name, type, format, description, priority } = definition;
  return {
    name,
    type: type as Column['type'],
    ...(format ? { format } : {}),
    description: description || `Custom resource definition column (in JSONPath format): ${definition.jsonPath}`,
    ...(priority ? { priority } : {}),
    cell: (object, now) => cellOf(type, lookup(object), now),
  };
}

/** The columns of a version; those after one whose path is not valid are not shown. */
export function columnsOf(definitions: readonly ColumnDefinition[] | undefined): readonly Column[] {
  const columns: Column[] = [nameColumn];
  for (const definition of definitions?.length ? definitions : DEFAULT) {
    const lookup = jsonPath(definition.jsonPath);
    if (lookup === undefined) break;
    columns.push(columnOf(definition, lookup));
  }
  return columns;
}
