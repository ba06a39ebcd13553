import { systemClock } from '#apimachinery';
import { removeUnusedTemplates } from '#cluster';
import { type Backends, Compaction, type Log } from '#hosting';

const TIDY_EVERY = 600_000;

/**
 * Compacts the logs of all clusters and removes unused templates and old audit events, now and at intervals; returns a function that stops this. At least one
 * worker of an installation must do it: those with the role `etcd`.
 */
export function startMaintenance({ admin, records, audit, log }: Pick<Backends, 'admin' | 'records' | 'audit'> & { log: Log }): () => void {
  const endCompaction = new Compaction(admin, { records, now: systemClock.now, log }).start();
  const removeTemplates = () =>
    void removeUnusedTemplates(admin, systemClock.now()).catch((error: unknown) => log.warn({ err: error }, 'removing templates failed'));
  const expireAudit = () =>
    void audit.expire(systemClock.now()).catch((error: unknown) => log.warn({ err: error }, 'removing old audit events failed'));
  const tidy = () => {
    removeTemplates();
    expireAudit();
  };
  const timer = setInterval(tidy, TIDY_EVERY);
  timer.unref();
  tidy();
  return () => {
    clearInterval(timer);
    endCompaction();
  };
}
