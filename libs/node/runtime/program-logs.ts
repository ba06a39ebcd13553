import { trustsAnyKubelet } from '../images/metrics-server.js';
import type { ProgramView } from '../images/program.js';
import { KERNEL_VERSION } from '../machine-system.js';

/** What programs print when they start, by the name of their executable. Lines are written at the start unless noted otherwise. */

/** A line of a program's output. */
export interface ProgramLine {
  /** Milliseconds after the start. */
  after: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

const out = (...texts: string[]): ProgramLine[] => texts.map((text) => ({ after: 0, stream: 'stdout', text }));
const err = (...texts: string[]): ProgramLine[] => texts.map((text) => ({ after: 0, stream: 'stderr', text }));

const two = (value: number): string => String(value).padStart(2, '0');
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `2026/01/02 03:04:05`. */
function slashed(at: number): string {
  const date = new Date(at);
  return `${date.getUTCFullYear()}/${two(date.getUTCMonth() + 1)}/${two(date.getUTCDate())} ${date.toISOString().slice(11, 19)}`;
}

function nginx({ env, startedAt, args, failure }: ProgramView): ProgramLine[] {
  const script = '/docker-entrypoint.sh:';
  const notice = (text: string): string => `${slashed(startedAt)} [notice] 1#1: ${text}`;
  const workers = [29, 30, 31, 32].map((pid) => notice(`start worker process ${pid}`));
  const running = (): ProgramLine[] =>
    err(
      notice('using the "epoll" event method'),
      notice(`nginx/${env.get('NGINX_VERSION') ?? '1.29.3'}`),
      notice('built by gcc 14.2.0 (Debian 14.2.0-19)'),
      notice(`OS: Linux ${KERNEL_VERSION}`),
      notice('getrlimit(RLIMIT_NOFILE): 1048576:1048576'),
      notice('start worker processes'),
      ...workers,
    );
  return [
    ...(args.includes('-v')
      ? []
      : out(
          `${script} /docker-entrypoint.d/ is not empty, will attempt to perform configuration`,
          `${script} Looking for shell scripts in /docker-entrypoint.d/`,
          `${script} Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh`,
          '10-listen-on-ipv6-by-default.sh: info: Getting the checksum of /etc/nginx/conf.d/default.conf',
          '10-listen-on-ipv6-by-default.sh: info: Enabled listen on IPv6 in /etc/nginx/conf.d/default.conf',
          `${script} Sourcing /docker-entrypoint.d/15-local-resolvers.envsh`,
          `${script} Launching /docker-entrypoint.d/20-envsubst-on-templates.sh`,
          `${script} Launching /docker-entrypoint.d/30-tune-worker-processes.sh`,
          `${script} Configuration complete; ready for start up`,
        )),
    ...(failure === undefined ? running() : err(`${slashed(startedAt)} [emerg] 1#1: ${failure}`, `nginx: [emerg] ${failure}`)),
  ];
}

function redis({ startedAt }: ProgramView): ProgramLine[] {
  const date = new Date(startedAt);
  const time = `${two(date.getUTCDate())} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 23)}`;
  return out(
    `1:C ${time} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`,
    `1:C ${time} * Redis version=8.2.3, bits=64, commit=00000000, modified=0, pid=1, just started`,
    `1:C ${time} # Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf`,
    `1:M ${time} * monotonic clock: POSIX clock_gettime`,
    `1:M ${time} * Running mode=standalone, port=6379.`,
    `1:M ${time} * Server initialized`,
    `1:M ${time} * Ready to accept connections tcp`,
  );
}

function postgres({ env, startedAt }: ProgramView): ProgramLine[] {
  const isConfigured = ['POSTGRES_PASSWORD', 'POSTGRES_HOST_AUTH_METHOD', 'POSTGRES_PASSWORD_FILE'].some((name) => env.has(name));
  if (!isConfigured)
    return err(
      'Error: Database is uninitialized and superuser password is not specified.',
      '       You must specify POSTGRES_PASSWORD to a non-empty value for the',
      '       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".',
    );
  const time = `${new Date(startedAt).toISOString().slice(0, 23).replace('T', ' ')} UTC`;
  return [
    ...out('PostgreSQL init process complete; ready for start up.', ''),
    ...err(
      `${time} [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432`,
      `${time} [1] LOG:  listening on IPv6 address "::", port 5432`,
      `${time} [1] LOG:  listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"`,
      `${time} [1] LOG:  database system is ready to accept connections`,
    ),
  ];
}

function mysql({ env }: ProgramView): ProgramLine[] {
  const isConfigured = ['MYSQL_ROOT_PASSWORD', 'MYSQL_ALLOW_EMPTY_PASSWORD', 'MYSQL_RANDOM_ROOT_PASSWORD', 'MARIADB_ROOT_PASSWORD'].some(
    (name) => env.has(name),
  );
  return isConfigured
    ? []
    : err(
        '[ERROR] [Entrypoint]: Database is uninitialized and password option is not specified',
        '    You need to specify one of the following as an environment variable:',
        '    - MYSQL_ROOT_PASSWORD',
        '    - MYSQL_ALLOW_EMPTY_PASSWORD',
        '    - MYSQL_RANDOM_ROOT_PASSWORD',
      );
}

function httpd({ startedAt, podIP }: ProgramView): ProgramLine[] {
  const name = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${podIP}. Set the 'ServerName' directive globally to suppress this message`;
  const date = new Date(startedAt);
  const day = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')[date.getUTCDay()];
  const time = `${day} ${MONTHS[date.getUTCMonth()]} ${two(date.getUTCDate())} ${date.toISOString().slice(11, 19)}.000000 ${date.getUTCFullYear()}`;
  return err(
    name,
    name,
    `[${time}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.66 (Unix) configured -- resuming normal operations`,
    `[${time}] [core:notice] [pid 1:tid 1] AH00094: Command line: 'httpd -D FOREGROUND'`,
  );
}

/** A line of klog. */
function klog(level: 'I' | 'E', at: number, text: string): string {
  const date = new Date(at);
  return `${level}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())} ${date.toISOString().slice(11, 23)}000       1 ${text}`;
}

/** What it says of its own node, of which it knows the address. */
function metricsServer({ args, startedAt, node = '', hostIP = '' }: ProgramView): ProgramLine[] {
  if (trustsAnyKubelet(args)) return [];
  const url = `https://${hostIP}:10250/metrics/resource`;
  const why = `tls: failed to verify certificate: x509: cannot validate certificate for ${hostIP} because it doesn't contain any IP SANs`;
  return err(
    klog('E', startedAt, `scraper.go:149] "Failed to scrape node" err="Get \\"${url}\\": ${why}" node="${node}"`),
    klog('I', startedAt, 'server.go:191] "Failed probe" probe="metric-storage-ready" err="no metrics to serve"'),
  );
}

const PROGRAMS: Readonly<Record<string, (view: ProgramView) => ProgramLine[]>> = {
  nginx,
  'nginx-debug': nginx,
  'redis-server': redis,
  postgres,
  mysqld: mysql,
  mariadbd: mysql,
  httpd,
  'httpd-foreground': httpd,
  'metrics-server': metricsServer,
  'echo-server': ({ env }) => out(`Echo server listening on port ${env.get('PORT') ?? '8080'}.`),
};

/** The output of a program that is not interpreted; nothing is known of most. */
export function linesOfProgram(executable: string, view: ProgramView): ProgramLine[] {
  return Object.hasOwn(PROGRAMS, executable) ? (PROGRAMS[executable]?.(view) ?? []) : [];
}
