import { type HttpAnswer, type HttpRequest, type ProgramView, pathOf } from '../images/program.js';

/** Static files over HTTP, as nginx and httpd serve them. */

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'application/javascript',
  json: 'application/json',
  txt: 'text/plain',
  xml: 'text/xml',
  svg: 'image/svg+xml',
  png: 'image/png',
  ico: 'image/x-icon',
};

export interface StaticSite {
  /** The value of the Server header. */
  server: string;
  /** The directory of the files. */
  root: string;
  /** The page of an error. */
  errorPage(status: number, request: HttpRequest): string;
  /** The type of files without a known ending. */
  otherType: string;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

/** Answers a request from the files below the site's root. */
export function serveFiles(site: StaticSite, request: HttpRequest, view: ProgramView): HttpAnswer {
  const failure = (status: number): HttpAnswer => ({
    status,
    headers: { Server: site.server, 'Content-Type': 'text/html' },
    body: site.errorPage(status, request),
  });
  const path = decoded(pathOf(request));
  if (path === undefined || !path.startsWith('/') || path.split('/').includes('..')) return failure(400);
  if (request.method !== 'GET' && request.method !== 'HEAD') return failure(405);
  const file = path.endsWith('/') ? `${path}index.html` : path;
  const body = view.read(`${site.root}${file}`);
  if (body === undefined)
    return failure(path.endsWith('/') && path !== '/' && view.read(`${site.root}${path}`) === undefined ? 404 : path === '/' ? 403 : 404);
  const ending = /\.(\w+)$/.exec(file)?.[1] ?? '';
  const type = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
  return { status: 200, headers: { Server: site.server, 'Content-Type': type ?? site.otherType, 'Accept-Ranges': 'bytes' }, body };
}
