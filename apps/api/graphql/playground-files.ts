import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Coding } from './content-coding.js';
import { weakTag } from './entity-tag.js';

const require = createRequire(import.meta.url);
/** A file of a package, regardless of the package's exports. */
const packaged = (name: string, file: string): string => path.join(path.dirname(require.resolve(name)), file);
const folder = path.join(import.meta.dirname, 'playground');

/** The files of packages that the page loads; all others are those below playground/. */
const packages: Readonly<Record<string, () => string>> = {
  'packages/graphiql.js': () => packaged('graphiql', '../graphiql.min.js'),
  'packages/graphiql.css': () => packaged('graphiql', '../graphiql.min.css'),
  'packages/explorer.js': () => packaged('@graphiql/plugin-explorer', 'index.umd.js'),
  'packages/explorer.css': () => packaged('@graphiql/plugin-explorer', 'style.css'),
  'packages/react.js': () => packaged('react', 'umd/react.production.min.js'),
  'packages/react-dom.js': () => packaged('react-dom', 'umd/react-dom.production.min.js'),
  'packages/graphql-ws.js': () => packaged('graphql-ws', '../umd/graphql-ws.min.js'),
  'packages/js-yaml.js': () => packaged('js-yaml', 'browser/js-yaml.esm.min.mjs'),
};

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

const compressors = {
  // The highest quality would take a second for GraphiQL, and save 8 %.
  br: (content: Buffer) => promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  gzip: (content: Buffer) => promisify(gzip)(content),
} satisfies Record<Coding, (content: Buffer) => Promise<Buffer>>;

interface PlaygroundFile {
  type: string;
  /** Its entity tag, of all its codings. */
  tag: string;
  /** Its bytes; compressed once, on the thread pool, when they are first asked for. */
  content(encoding: Coding | undefined): Promise<Buffer>;
}

/** The playground as it is served. */
export interface PlaygroundFiles {
  /** Of the contents of all files; their URLs have it. */
  version: string;
  page: string;
  pageTag: string;
  /** By their path below /graphql/files/VERSION/. */
  byName: ReadonlyMap<string, PlaygroundFile>;
}

const digestOf = (...contents: readonly (Buffer | string)[]): string => {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content).update('\0');
  return hash.digest('base64url').slice(0, 22);
};

function fileOf(content: Buffer, type: string): PlaygroundFile {
  const compressed = new Map<Coding, Promise<Buffer>>();
  return {
    type,
    tag: weakTag(digestOf(content)),
    async content(encoding) {
      if (!encoding) return content;
      const done = compressed.get(encoding) ?? compressors[encoding](content);
      compressed.set(encoding, done);
      return await done;
    },
  };
}

/** The files that browsers get: without the page itself, which is the only one that is not. */
async function ownFiles(): Promise<[name: string, at: string][]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && types[path.extname(entry.name)] !== undefined)
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((at): [string, string] => [path.relative(folder, at).replaceAll(path.sep, '/'), at])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Reads the page and all its files. `{files}` in the page is where they are; it loads all modules at once, not one after another. */
export async function readPlayground(): Promise<PlaygroundFiles> {
  const own = await ownFiles();
  const listed = [...own, ...Object.entries(packages).map(([name, at]): [string, string] => [name, at()])];
  const contents = await Promise.all(listed.map(async ([name, at]) => ({ name, content: await readFile(at) })));
  const version = digestOf(...contents.flatMap(({ name, content }) => [name, content]));
  const byName = new Map(contents.map(({ name, content }) => [name, fileOf(content, types[path.extname(name)] ?? '')]));
  const template = await readFile(path.join(folder, 'index.html'), 'utf8');
  const modules = own.filter(([name]) => name.endsWith('.js') && !later.test(name));
  const preloads = modules.map(([name]) => `<link rel="modulepreload" href="{files}/${name}" />`).join('\n    ');
  const page = template.replace('<!-- modules -->', preloads).replaceAll('{files}', `/graphql/files/${version}`);
  return { version, page, pageTag: weakTag(digestOf(page)), byName };
}

/** Modules that are loaded when they are needed. */
const later = /^picture\//;
