import { type APIResourceSource, apiResource } from '../rest/api-resource.js';
import type { RestStorage } from '../rest/storage.js';

const VERBS: ReadonlySet<string> = new Set(['get']);

/** Makes storages that answer every GET of a group version whose resources are not fixed, whatever it names. */
export function anyStorage(source: APIResourceSource): (answer: NonNullable<RestStorage['answer']>) => RestStorage {
  const resource = apiResource(source);
  return (answer) => ({ resource, subresource: '', shape: resource, verbs: VERBS, answer });
}
