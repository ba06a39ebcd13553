import { defaultConf, ERROR_PAGE, NGINX_CONF, nginxErrorPage, WELCOME_PAGE } from '../http/nginx-pages.js';
import { serveFiles } from '../http/static-files.js';
import { account } from './accounts.js';
import type { Executable, ImageDefinition, Rights } from './image.js';
import { exit, http, type ServedPort, serve } from './program.js';
import { tags } from './tags.js';

const paths = ['/index.html', '/50x.html'];

/** nginx's port, which serves the files of its default site. */
export const nginxPort = (port: number): ServedPort =>
  http(port, paths, (request, view) => {
    const server = `nginx/${view.env.get('NGINX_VERSION') ?? '1.29.3'}`;
    const site = { server, root: '/usr/share/nginx/html', otherType: 'application/octet-stream' };
    return serveFiles({ ...site, errorPage: (status) => nginxErrorPage(server, status) }, request, view);
  });

/** The files of nginx's image. */
export const nginxFiles = (port: number): Readonly<Record<string, string>> => ({
  '/usr/share/nginx/html/index.html': WELCOME_PAGE,
  '/usr/share/nginx/html/50x.html': ERROR_PAGE,
  '/etc/nginx/nginx.conf': NGINX_CONF,
  '/etc/nginx/conf.d/default.conf': defaultConf(port),
});

/** The environment of nginx's image. The tag may leave parts of the version out. */
export function nginxEnv(tag: string): Record<string, string> {
  const [, minor = '29', patch] = /^1\.(\d+)(?:\.(\d+))?/.exec(tag) ?? [];
  return { NGINX_VERSION: `1.${minor}.${patch ?? (minor === '29' ? '3' : '5')}`, PKG_RELEASE: '1~trixie' };
}

/** Why nginx does not start: it makes directories of its own, gives them to its workers' user, and writes its pid (ngx_init_cycle). */
export function nginxFailure({ uid, chown, readOnlyRoot, writable }: Rights): string | undefined {
  const isWritable = (directory: string): boolean =>
    writable.some((mount) => directory === mount || directory.startsWith(`${mount}/`)) || (uid === 0 && !readOnlyRoot);
  const errno = readOnlyRoot ? '30: Read-only file system' : '13: Permission denied';
  if (!isWritable('/var/cache/nginx')) return `mkdir() "/var/cache/nginx/client_temp" failed (${errno})`;
  if (uid === 0 && !chown) return 'chown("/var/cache/nginx/client_temp", 101) failed (1: Operation not permitted)';
  return isWritable('/run') || isWritable('/var/run') ? undefined : `open() "/run/nginx.pid" failed (${errno})`;
}

const start: Executable = ({ rights }) => {
  const failure = rights && nginxFailure(rights);
  return failure === undefined ? serve([nginxPort(80)]) : { ...exit(1), failure };
};

/** The web server; serves / and its two pages. The next major version exists too, because examples of updates often use it. */
export const nginx: ImageDefinition = {
  repositories: [
    'docker.io/library/nginx',
    'public.ecr.aws/nginx/nginx',
    'public.ecr.aws/docker/library/nginx',
    'registry.k8s.io/e2e-test-images/nginx',
  ],
  tags: tags({ names: ['stable', 'mainline', 'alpine', 'perl', 'bookworm', 'trixie', 'otel'], versions: { 1: [7, 31], 2: [0, 0] } }),
  size: 62_706_233,
  entrypoint: ['/docker-entrypoint.sh'],
  cmd: ['nginx', '-g', 'daemon off;'],
  executables: {
    nginx: start,
    'nginx-debug': start,
  },
  shell: true,
  accounts: () => account('nginx', 101),
  files: nginxFiles(80),
  env: nginxEnv,
};
