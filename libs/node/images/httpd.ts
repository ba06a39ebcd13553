import { serveFiles } from '../http/static-files.js';
import { STATUS_CODES } from '../http/status-codes.js';
import type { ImageDefinition } from './image.js';
import { http, type ServedPort, serve } from './program.js';
import { tags } from './tags.js';

const ROOT = '/usr/local/apache2/htdocs';
const SERVER = 'Apache/2.4.66 (Unix)';

function errorPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`;
  const text = status === 404 ? 'The requested URL was not found on this server.' : "You don't have permission to access this resource.";
  return `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${STATUS_CODES[status] ?? ''}</h1>\n<p>${text}</p>\n</body></html>\n`;
}

const port: ServedPort = http(80, ['/index.html'], (request, view) =>
  serveFiles({ server: SERVER, root: ROOT, otherType: 'text/plain', errorPage }, request, view),
);

/** Apache's web server. */
export const httpd: ImageDefinition = {
  repositories: ['docker.io/library/httpd', 'public.ecr.aws/docker/library/httpd', 'registry.k8s.io/e2e-test-images/httpd'],
  tags: tags({ names: ['alpine', 'bookworm', 'trixie'], versions: { 2: [2, 4] } }),
  size: 58_910_554,
  cmd: ['httpd-foreground'],
  executables: { 'httpd-foreground': () => serve([port]), httpd: () => serve([port]) },
  shell: true,
  files: { [`${ROOT}/index.html`]: '<html><body><h1>It works!</h1></body></html>\n' },
  env: () => ({ HTTPD_PREFIX: '/usr/local/apache2', HTTPD_VERSION: '2.4.66' }),
  workingDir: '/usr/local/apache2',
};
