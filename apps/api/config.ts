import { z } from 'zod';
import { commaList, commonConfig, portNumber } from '#hosting';
import { LARGEST_NODE_COUNT } from './platform/schemas/clusters.js';

/** The api's settings, from its environment. */
export const apiConfig = commonConfig.extend({
  ORRERY_HOST: z.string().default('127.0.0.1'),
  ORRERY_PORT: portNumber.default(8443),
  /** Plain http besides, on the loopback address and nowhere else. */
  ORRERY_HTTP: z.enum(['loopback'], 'must be loopback, or not set: plain http is served nowhere else').optional(),
  ORRERY_HTTP_PORT: portNumber.default(8080),
  /** A certificate of one's own with its key, PEM files; shown for the hosts that it names. */
  ORRERY_TLS_CERT: z.string().optional(),
  ORRERY_TLS_KEY: z.string().optional(),
  /** The CA that kubeconfigs trust for that certificate, a PEM file; unset: the CAs of the client's system. */
  ORRERY_TLS_CA: z.string().optional(),
  /** Where operators find /livez, /readyz and /metrics; port 0 lets the system choose. No tenant should reach it. */
  ORRERY_OPS_HOST: z.string().default('127.0.0.1'),
  ORRERY_OPS_PORT: portNumber.default(0),
  /** Additional names and addresses of this server, for its certificate. */
  ORRERY_HOST_NAMES: commaList,
  /** The public URL of this server, if it differs from where it listens: https://orrery.example */
  ORRERY_PUBLIC_URL: z
    .url({ protocol: /^https$/ })
    .transform((url) => url.replace(/\/+$/, ''))
    .optional(),
  /**
   * Maximum nodes of a cluster. Creating the first cluster with thousands of nodes takes minutes of CPU, and every one stores their rows.
   */
  ORRERY_MAX_NODES: z.coerce.number().int().min(1).max(LARGEST_NODE_COUNT).default(500),
  /** The platform token; if unset, it is generated at the first start and kept in ORRERY_HOME/admin-token. */
  ORRERY_ADMIN_TOKEN: z.string().min(32, 'must have at least 32 characters').optional(),
});

export type ApiConfig = z.infer<typeof apiConfig>;

/** The origin in kubeconfigs and URLs. */
export function publicOrigin({ ORRERY_PUBLIC_URL, ORRERY_HOST, ORRERY_PORT }: ApiConfig): string {
  if (ORRERY_PUBLIC_URL) return ORRERY_PUBLIC_URL;
  const everywhere = ['0.0.0.0', '::'].includes(ORRERY_HOST);
  const host = everywhere ? '127.0.0.1' : ORRERY_HOST.includes(':') ? `[${ORRERY_HOST}]` : ORRERY_HOST;
  return `https://${host}:${ORRERY_PORT}`;
}
