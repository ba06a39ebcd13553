import { defaultConf, ERROR_PAGE, NGINX_CONF, nginxErrorPage, WELCOME_PAGE } from '../http/nginx-pages.js';
import { serveFiles } from '../http/static-files.js';
import type { ImageDefinition } from './image.js';
import { http, type ServedPort, serve } from './program.js';
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
    nginx: () => serve([nginxPort(80)]),
    'nginx-debug': () => serve([nginxPort(80)]),
  },
  shell: true,
  files: nginxFiles(80),
  env: nginxEnv,
};
