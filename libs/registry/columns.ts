import { humanDuration, type KubeObject } from '#apimachinery';
import type { Column } from '#apiserver';

/** A timestamp in tables: `5m3s`, or `<unknown>` if there is none (printers.go translateTimestampSince). */
export function age(timestamp: string | null | undefined, now: number): string {
  return timestamp ? humanDuration(now - Date.parse(timestamp)) : '<unknown>';
}

/** The Name column, with which every table begins. */
export const nameColumn: Column = { name: 'Name', type: 'string', format: 'name', cell: (object: KubeObject) => object.metadata.name };

/** The Age column, from metadata.creationTimestamp. */
export const ageColumn: Column = {
  name: 'Age',
  type: 'string',
  cell: (object: KubeObject, now) => age(object.metadata.creationTimestamp, now),
};

/** The Created At column of resources without a printer (apiserver/pkg/registry/rest/table.go). */
export const createdAtColumn: Column = {
  name: 'Created At',
  type: 'date',
  cell: (object: KubeObject) => object.metadata.creationTimestamp ?? null,
};
