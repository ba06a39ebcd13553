import { z } from 'zod';
import { parseAllowedHost } from './webhooks/allowed-hosts.js';

/** The process cannot start with this configuration: the message is one line that says what to change. */
export class ConfigError extends Error {}

const port = z.coerce.number().int().min(0).max(65535);

/**
 * Whether it is a URL of one of these schemes whose credentials and path can be decoded. The clients' own errors would show the whole URL.
 */
const isUrl = (schemes: readonly string[]) => (text: string) => {
  try {
    const { protocol, username, password, pathname } = new URL(text);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return schemes.includes(protocol);
  } catch {
    return false;
  }
};

/** A comma-separated list; blanks are removed. */
export const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean),
  );

/** Settings that every process of the service reads from its environment. */
export const commonConfig = z.object({
  DATABASE_URL: z.string().refine(isUrl(['postgres:', 'postgresql:']), 'must be a postgres:// URL'),
  REDIS_URL: z.string().refine(isUrl(['redis:', 'rediss:']), 'must be a redis:// or rediss:// URL'),
  ORRERY_HOME: z.string().default('.orrery'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  /** Connections of this process to PostgreSQL. */
  DATABASE_POOL: z.coerce.number().int().min(1).max(500).default(10),
  /**
   * Where webhooks of tenants' clusters may be outside of them: names, `*.domain`, addresses and networks, each with a port (443):
   * `hooks.example.com,*.corp.example:8443,192.0.2.0/24`. A name may lead to this machine only if its address is listed too.
   */
  ORRERY_WEBHOOK_HOSTS: commaList.refine((entries) => entries.every((entry) => parseAllowedHost(entry) !== undefined), {
    message: 'must be hosts or networks with an optional port, separated by commas',
  }),
  NODE_ENV: z.string().optional(),
});

/** A TCP port; 0 lets the system choose one. */
export const portNumber = port;

/** Parses the environment once, at start. Throws ConfigError with one line that names every invalid variable. */
export function parseConfig<S extends z.ZodType>(schema: S, env: NodeJS.ProcessEnv): z.infer<S> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map((issue) => {
    const name = issue.path.join('.');
    return set[name] === undefined ? `${name} is not set` : `${name}: ${issue.message}`;
  });
  throw new ConfigError(`bad configuration: ${wrong.join('; ')}`);
}
