import { type corev1, ResourceQuota } from '#api';
import { StatusError } from '#apimachinery';
import type { AdmissionContext } from '#apiserver';
import { sameAmounts } from '#component-helpers';
import { checkRequest, type QuotaRequest, type RunningQuota, runningQuota } from './check-request.js';
import type { LimitedResource } from './limited-resources.js';

/**
 * How often a request is tried again after another process has changed a quota meanwhile. Upstream tries three times; each conflict means
 * that somebody else was served, and the newest state is read before each attempt.
 */
const ATTEMPTS = 20;

interface Waiter {
  request: QuotaRequest;
  ctx: AdmissionContext;
  limited: readonly LimitedResource[];
  resolve(): void;
  reject(error: unknown): void;
  /** The quotas that still have to be charged; unset: all. */
  remaining?: ReadonlySet<string>;
  /** It was refused by what the cache had, which may have been out of date. */
  doubted: boolean;
  attempts: number;
}

/** The requests of one namespace that wait to be charged, of one cluster in this process. */
class Namespace {
  private waiting: Waiter[] = [];
  private running = false;

  constructor(
    private readonly name: string,
    private readonly done: () => void,
  ) {}

  /** Settles the waiter, in time. */
  add(waiter: Waiter): void {
    this.waiting.push(waiter);
    if (!this.running) void this.run();
  }

  /** Charges all that wait, together: one update of each quota serves many requests (quotaEvaluator.doWork). */
  private async run(): Promise<void> {
    this.running = true;
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting.splice(0);
        await this.charge(batch).catch((error: unknown) => {
          for (const waiter of batch) waiter.reject(error);
        });
      }
    } finally {
      this.running = false;
      this.done();
    }
  }

  private async charge(batch: readonly Waiter[]): Promise<void> {
    for (let left = batch; left.length > 0; ) {
      const first = left[0] as Waiter;
      left = await this.attempt(left, first.ctx);
      if (left.length > 0) await first.ctx.reader.refresh();
    }
  }

  /** Decides about each waiter; returns those to be decided about again. */
  private async attempt(waiters: readonly Waiter[], { reader, loopback, work }: AdmissionContext): Promise<Waiter[]> {
    const quotas: RunningQuota[] = [];
    for (const quota of await reader.list<corev1.ResourceQuota>('', 'resourcequotas', this.name)) {
      const pending = work.pause();
      if (pending) await pending;
      quotas.push(runningQuota(quota));
    }
    const again: Waiter[] = [];
    const charging: Array<{ waiter: Waiter; names: readonly string[] }> = [];
    for (const waiter of waiters) {
      const pending = work.pause();
      if (pending) await pending;
      const names = decide(waiter, quotas, again);
      if (names !== undefined) charging.push({ waiter, names });
    }
    const failures = await writeUsage(quotas, loopback());
    for (const { waiter, names } of charging) {
      const failed = names.filter((name) => failures.has(name));
      if (failed.length === 0) waiter.resolve();
      else if (++waiter.attempts > ATTEMPTS) waiter.reject(failures.get(failed[0] ?? ''));
      else again.push(Object.assign(waiter, { remaining: new Set(failed) }));
    }
    return again;
  }
}

/** Adds a request's charges to the quotas; returns the names of those that it changes, or undefined if the request is done or is to be doubted. */
function decide(waiter: Waiter, quotas: readonly RunningQuota[], again: Waiter[]): readonly string[] | undefined {
  const { remaining, request, limited, ctx } = waiter;
  const concerned = remaining ? quotas.filter(({ quota }) => remaining.has(quota.metadata.name)) : quotas;
  const charges = checkRequest(request, { quotas: concerned, limited });
  if (charges instanceof StatusError) {
    if (waiter.doubted) waiter.reject(charges);
    else again.push(Object.assign(waiter, { doubted: true }));
    return undefined;
  }
  if (charges.size === 0 || (request.attributes.dryRun && !ctx.trial)) {
    waiter.resolve();
    return undefined;
  }
  for (const [running, used] of charges) running.used = used;
  return [...charges.keys()].map(({ quota }) => quota.metadata.name);
}

/** Writes the usage of the quotas that have changed; returns the errors of those that could not be written. */
async function writeUsage(
  quotas: readonly RunningQuota[],
  client: ReturnType<AdmissionContext['loopback']>,
): Promise<Map<string, unknown>> {
  const failures = new Map<string, unknown>();
  const changed = quotas.filter(({ quota, used }) => !sameAmounts(used, runningQuota(quota).used));
  const writes = changed.map(({ quota, used }) => {
    const status = { ...quota.status, used: Object.fromEntries([...used].map(([name, amount]) => [name, amount.toString()])) };
    return client.updateStatus(ResourceQuota, { ...quota, status }).catch((error: unknown) => {
      failures.set(quota.metadata.name, error);
    });
  });
  await Promise.all(writes);
  return failures;
}

/** By the reader of a cluster, which lives as long as its API server. */
const clusters = new WeakMap<AdmissionContext['reader'], Map<string, Namespace>>();

/** Charges the quotas of the request's namespace. Throws the StatusError that refuses it. */
export function charge(request: QuotaRequest, ctx: AdmissionContext, limited: readonly LimitedResource[]): Promise<void> {
  const namespaces = clusters.get(ctx.reader) ?? new Map<string, Namespace>();
  clusters.set(ctx.reader, namespaces);
  const name = request.attributes.namespace;
  const namespace = namespaces.get(name) ?? new Namespace(name, () => namespaces.delete(name));
  namespaces.set(name, namespace);
  return new Promise((resolve, reject) => {
    namespace.add({ request, ctx, limited, resolve, reject, doubted: false, attempts: 0 });
  });
}
