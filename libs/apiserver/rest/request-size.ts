import { bareError } from '#apimachinery';
import type { APIResource } from './api-resource.js';

/** etcd's --max-request-bytes (server/embed/config.go DefaultMaxRequestBytes). */
const MOST_BYTES = 1.5 * 1024 * 1024;
/** What a transaction has besides the value: the key three times, and a few numbers. */
const transactionBytes = (key: string): number => 3 * key.length + 64;
/** Built-in groups whose objects are stored as JSON; those of others are protobuf, which is shorter. */
const AS_JSON: ReadonlySet<string> = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

const isJson = ({ schema, group }: APIResource): boolean => schema.definition === undefined || AS_JSON.has(group);

/** Throws what etcd answers if a value is longer than it takes. Only what is stored as JSON can be measured here. */
export function checkRequestSize(resource: APIResource, key: string, value: string): void {
  const left = MOST_BYTES - transactionBytes(key);
  if (3 * value.length <= left || !isJson(resource)) return;
  if (Buffer.byteLength(value) > left) throw bareError('etcdserver: request is too large');
}
