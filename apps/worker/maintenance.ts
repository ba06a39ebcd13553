import { systemClock } from '#apimachinery';
import { removeUnusedTemplates } from '#cluster';
import { type Backends, Compaction, type Log } from '#hosting';

const REMOVE_TEMPLATES_EVERY = 600_000;

/**
 * Compacts the logs of all clusters and removes unused templates, now and at intervals; returns a function that stops this. At least one
 * worker of an installation must do it: those with the role `etcd`.
 */
export function startMaintenance({ admin, records, log }: Pick<Backends, 'admin' | 'records'> & { log: Log }): () => void {
  const endCompaction = new Compaction(admin, { records, now: systemClock.now, log }).start();
  const removeTemplates = () =>
    void removeUnusedTemplates(admin, systemClock.now()).catch((error: unknown) => log.warn({ err: error }, 'removing templates failed'));
  const timer = setInterval(removeTemplates, REMOVE_TEMPLATES_EVERY);
  timer.unref();
  removeTemplates();
  return () => {
    clearInterval(timer);
    endCompaction();
  };
}
