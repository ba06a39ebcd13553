import type { PlatformRecords } from '#platform';
import { type Patience, patiently } from '#storage/postgres';

/** Idempotent calls: reads, and writes that may be repeated. */
const REPEATABLE: ReadonlySet<keyof PlatformRecords> = new Set([
  'organizations',
  'organization',
  'clusterIds',
  'clusters',
  'cluster',
  'templates',
  'templateNamed',
  'template',
  'unfinished',
  'tokenOfCluster',
  'tokenByHash',
  'clusterReady',
  'removeCluster',
  'setClock',
  'clusterKey',
  'keepClusterKey',
]);

/**
 * The same records with the store's error handling: idempotent calls wait for a database that is down, and errors contain nothing that
 * Prisma or PostgreSQL said.
 */
export function patientRecords<R extends PlatformRecords>(records: R, patience?: Patience): R {
  const patient = Object.entries(records).map(([name, method]: [string, (...args: unknown[]) => Promise<unknown>]) => {
    const repeat = REPEATABLE.has(name as keyof PlatformRecords);
    const options = { repeat, ...(patience && { patience }) };
    return [name, (...args: unknown[]) => patiently(() => method.apply(records, args), options)];
  });
  return Object.fromEntries(patient) as R;
}
