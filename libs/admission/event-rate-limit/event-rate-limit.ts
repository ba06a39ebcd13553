import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { corev1 } from '#api';
import { failureStatus, StatusError } from '#apimachinery';
import type { AdmissionAttributes, AdmissionContext, AdmissionPlugin } from '#apiserver';
import { type Limit, limitsOf } from './configuration.js';
import { TokenBucket } from './token-bucket.js';

const DEFAULT_CACHE_SIZE = 4096;
/** Buckets that are kept for a limit at most; upstream keeps as many as its configuration says. */
const LARGEST_CACHE = 16_384;
/** A longer key is kept as its digest. */
const LONGEST_KEY = 128;

type Key = (attributes: AdmissionAttributes) => string;

const KEYS: Readonly<Record<Limit['type'], Key>> = {
  Server: () => '',
  Namespace: ({ namespace }) => namespace,
  User: ({ user }) => user.name,
  SourceAndObject({ object }) {
    const { source = {}, involvedObject = {} } = object as corev1.Event;
    const { kind, namespace, name, uid, apiVersion } = involvedObject;
    return [source.component, source.host, kind, namespace, name, uid, apiVersion].map((part) => part ?? '').join('');
  },
};

const bounded = (key: string): string => (key.length > LONGEST_KEY ? createHash('sha256').update(key).digest('base64') : key);

/** The buckets of one limit, of one cluster in this process. */
class Enforcer {
  private readonly buckets: LRUCache<string, TokenBucket>;

  constructor(private readonly limit: Limit) {
    this.buckets = new LRUCache({ max: Math.min(limit.cacheSize || DEFAULT_CACHE_SIZE, LARGEST_CACHE) });
  }

  /** Why the event is refused; undefined if it is not. */
  refusal(attributes: AdmissionAttributes, { clock }: AdmissionContext): string | undefined {
    const { type } = this.limit;
    const key = KEYS[type](attributes);
    const now = clock.now();
    const bucket = this.buckets.get(bounded(key)) ?? new TokenBucket(this.limit, now);
    this.buckets.set(bounded(key), bucket);
    return bucket.accept(now) ? undefined : `limit reached on type ${type} for key ${key}`;
  }
}

function limiting(limits: readonly Limit[]): AdmissionPlugin {
  const clusters = new WeakMap<AdmissionContext['reader'], Enforcer[]>();
  return {
    ...eventRateLimit,
    validate(attributes, ctx) {
      const { requested, resource, subresource, dryRun } = attributes;
      // Those of events.k8s.io are of another kind.
      if (requested.group !== '' || resource !== 'events' || subresource !== '' || dryRun) return;
      const enforcers = clusters.get(ctx.reader) ?? limits.map((limit) => new Enforcer(limit));
      clusters.set(ctx.reader, enforcers);
      const refusals = [...new Set(enforcers.flatMap((enforcer) => enforcer.refusal(attributes, ctx) ?? []))];
      if (refusals.length === 0) return;
      const message = `Too many requests: ${refusals.length > 1 ? `[${refusals.join(', ')}]` : refusals.join()}`;
      throw new StatusError(failureStatus({ code: 429, reason: 'TooManyRequests', message }));
    },
  };
}

/**
 * Limits how many events are written, by the server, a namespace, a user or what the events are about (plugin/pkg/admission/eventratelimit).
 * Buckets are filled by the cluster's clock, in each process by itself, as in each of several API servers.
 */
export const eventRateLimit: AdmissionPlugin = {
  name: 'EventRateLimit',
  operations: ['CREATE', 'UPDATE'],
  resources: ['events'],
  defaultOff: true,
  configuration: { kinds: [['eventratelimit.admission.k8s.io/v1alpha1', 'Configuration']] },
  configured: (configuration) => limiting(limitsOf(configuration)),
};
