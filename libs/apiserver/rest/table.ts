import type { Instant, KubeObject } from '#apimachinery';
import { badRequest, formatFieldError, invalidValue } from '#apimachinery';
import type { APIResource } from './api-resource.js';
import type { Column } from './strategy.js';
import { partialMetadata, type Stored, viewObject } from './view.js';

/** What a row includes of its object. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

/** meta/v1 Table. */
export interface Table {
  kind: 'Table';
  apiVersion: string;
  metadata: Record<string, unknown>;
  columnDefinitions: ReadonlyArray<Record<string, unknown>>;
  /** Null where upstream's default convertor finds no value. */
  rows: Array<Record<string, unknown>> | null;
}

/** The columns for strategies without columns (apiserver/pkg/registry/rest/table.go). */
const DEFAULT_COLUMNS: readonly Column[] = [
  {
    name: 'Name',
    type: 'string',
    format: 'name',
    description: 'Name must be unique within a namespace.',
    cell: (object) => object.metadata.name,
  },
  {
    name: 'Created At',
    type: 'date',
    description: 'CreationTimestamp is a timestamp representing the server time when this object was created.',
    cell: (object) => object.metadata.creationTimestamp ?? null,
  },
];

/** meta/v1 TableOptions from the query; throws upstream's 400. */
export function includeObjectOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? '';
  if (value === '') return 'Metadata';
  if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
  const error = formatFieldError(invalidValue('includeObject', value, "must be 'Metadata', 'Object', 'None', or empty"));
  throw badRequest(`Unable to convert to Table as requested: ${error}`);
}

const definitions = new WeakMap<readonly Column[], ReadonlyArray<Record<string, unknown>>>();

function columnsOf(resource: APIResource): readonly Column[] {
  return resource.strategy.columns ?? resource.stored.strategy.columns ?? DEFAULT_COLUMNS;
}

/** The columns of kinds without a printer, as made by upstream's default convertor. */
const isDefault = (columns: readonly Column[]): boolean => columns.length === 2 && columns[1]?.name === 'Created At';

/** The columns in the form that clients read. */
export function columnDefinitions(resource: APIResource): ReadonlyArray<Record<string, unknown>> {
  const columns = columnsOf(resource);
  let made = definitions.get(columns);
  if (made === undefined) {
    made = columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({ name, type, format, description, priority }));
    definitions.set(columns, made);
  }
  return made;
}

/** The row of one object. Cells are computed from the stored version. */
export function tableRow(
  resource: APIResource,
  stored: Stored,
  include: IncludeObject,
  now: Instant,
  version = 'v1',
): Record<string, unknown> {
  const view = viewObject(resource, stored, now);
  const drawn = resource.conversion ? stored.object : view;
  const row: Record<string, unknown> = { cells: columnsOf(resource).map((column) => column.cell(drawn, now)) };
  const conditions = resource.stored.strategy.rowConditions?.(drawn) ?? [];
  if (conditions.length > 0) row.conditions = conditions;
  row.object = rowObject(view, include, version);
  return row;
}

function rowObject(view: KubeObject, include: IncludeObject, version: string): unknown {
  if (include === 'None') return null;
  return include === 'Object' ? view : partialMetadata(view, version);
}

/** A table of one or more objects. */
export function tableOf(
  resource: APIResource,
  metadata: Record<string, unknown>,
  rows: Array<Record<string, unknown>>,
  version = 'v1',
): Table {
  const empty = rows.length === 0 && isDefault(columnsOf(resource)) ? null : rows;
  return { kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata, columnDefinitions: columnDefinitions(resource), rows: empty };
}
