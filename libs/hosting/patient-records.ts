import type { PlatformRecords } from '#platform';
import { type Patience, patiently } from '#storage/postgres';

/** What may happen twice: it only reads, or leaves the same when done again. */
const REPEATABLE: ReadonlySet<keyof PlatformRecords> = new Set([
  'organizations',
  'organization',
  'clusterIds',
  'clusters',
  'cluster',
  'unfinished',
  'tokenOfCluster',
  'tokenByHash',
  'clusterReady',
  'removeCluster',
  'setClock',
]);

/**
 * The same records, whose reads wait for a database that is away as the store's do, and whose errors are the store's: none of them carries
 * what Prisma or PostgreSQL said.
 */
export function patientRecords<R extends PlatformRecords>(records: R, patience?: Patience): R {
  const patient = Object.entries(records).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => {
    const repeat = REPEATABLE.has(name as keyof PlatformRecords);
    const options = { repeat, ...(patience && { patience }) };
    return [name, (...args: unknown[]) => patiently(() => method.apply(records, args), options)];
  });
  return Object.fromEntries(patient) as R;
}
