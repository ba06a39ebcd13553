import type { Storage, StorageAdmin } from '#storage';
import type { Metrics } from './metrics.js';

/** The same store with its transactions counted and timed; `failed` is called for those that threw. */
export function meteredStorage(
  admin: StorageAdmin,
  metrics: Pick<Metrics, 'storeBatch'>,
  failed: (error: unknown) => void = () => undefined,
): StorageAdmin {
  const open = admin.open.bind(admin);
  const metered = (storage: Storage): Storage => {
    const write = storage.write.bind(storage);
    storage.write = async (ops, options) => {
      const started = performance.now();
      const results = await write(ops, options).catch((error: unknown) => {
        failed(error);
        throw error;
      });
      metrics.storeBatch(ops.length, (performance.now() - started) / 1000);
      return results;
    };
    return storage;
  };
  admin.open = (cluster) => metered(open(cluster));
  return admin;
}
