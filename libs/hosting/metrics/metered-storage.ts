import type { Storage, StorageAdmin } from '#storage';
import type { Metrics } from './metrics.js';

/** The same store, its transactions counted and timed. */
export function meteredStorage(admin: StorageAdmin, metrics: Pick<Metrics, 'storeBatch'>): StorageAdmin {
  const open = admin.open.bind(admin);
  const metered = (storage: Storage): Storage => {
    const write = storage.write.bind(storage);
    storage.write = async (ops, options) => {
      const started = performance.now();
      const results = await write(ops, options);
      metrics.storeBatch(ops.length, (performance.now() - started) / 1000);
      return results;
    };
    return storage;
  };
  admin.open = (cluster) => metered(open(cluster));
  return admin;
}
