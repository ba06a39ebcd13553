// Builds apps/ and libs/ into dist/: TypeScript is compiled by swc, every other file is copied. Only what has changed is built, so that a
// warm start costs no more than checking the files' times.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '..');
const sources = ['apps', 'libs'];
const skipped = /(\.spec\.ts|\.d\.ts|\/README\.md|\/fixtures\/.*|\.contract\.ts)$/;
const swcOptions = {
  swcrc: false,
  sourceMaps: true,
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true },
    keepClassNames: true,
  },
  module: { type: 'es6' },
};

function* filesUnder(folder) {
  if (!fs.existsSync(folder)) return;
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'node_modules' && entry.name !== 'console') yield* filesUnder(file);
    } else if (entry.isFile()) yield file;
  }
}

/** The aliases of package.json's "imports", with the files in dist/ that they stand for. */
const { imports } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const aliases = new Map(Object.entries(imports).map(([alias, target]) => [alias, path.join(root, target.default)]));

/** Names the files that aliases stand for: Node would look for the "imports" of every importing module. */
function withoutAliases(code, output) {
  return code.replace(/(\bfrom |\bimport |\bimport\()(["'])(#[\w/-]+)\2/g, (whole, before, quote, alias) => {
    const target = aliases.get(alias);
    if (target === undefined) return whole;
    const relative = path.relative(path.dirname(output), target);
    return `${before}${quote}${relative.startsWith('.') ? relative : `./${relative}`}${quote}`;
  });
}

const mtime = (file) => fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? -1;
const outputOf = (source) => path.join(root, 'dist', source.endsWith('.ts') ? source.replace(/\.ts$/, '.js') : source);

/** What has to be built: [source, output] pairs with relative source paths; outputs whose source no longer exists; and the folders of modules. */
function stale(force) {
  const expected = new Set();
  const folders = new Set();
  const todo = [];
  const tool = mtime(path.join(root, 'scripts/build.mjs'));
  for (const source of sources.flatMap((s) => [...filesUnder(path.join(root, s))].map((f) => path.relative(root, f)))) {
    if (skipped.test(source)) continue;
    const output = outputOf(source);
    expected.add(output);
    if (output.endsWith('.js')) folders.add(path.dirname(output));
    const built = mtime(output);
    if (force || built < mtime(path.join(root, source)) || built < tool) todo.push([source, output]);
  }
  for (const folder of folders) expected.add(path.join(folder, 'package.json'));
  const orphans = sources
    .flatMap((s) => [...filesUnder(path.join(root, 'dist', s))])
    .filter((file) => !expected.has(file) && !(file.endsWith('.map') && expected.has(file.slice(0, -4))));
  return { todo, orphans, folders };
}

async function buildOne(swc, [source, output]) {
  fs.mkdirSync(path.dirname(output), { recursive: true });
  if (!source.endsWith('.ts')) {
    fs.copyFileSync(path.join(root, source), output);
    fs.utimesSync(output, new Date(), new Date());
    return;
  }
  const { code, map } = await swc.transformFile(path.join(root, source), { ...swcOptions, sourceFileName: path.join(root, source) });
  const text = withoutAliases(code, output);
  if (map) fs.writeFileSync(`${output}.map`, map);
  fs.writeFileSync(output, map ? `${text}\n//# sourceMappingURL=${path.basename(output)}.map\n` : text);
}

function run(command, args, env = {}) {
  const result = spawnSync(command, args, { cwd: root, encoding: 'utf8', env: { ...process.env, ...env } });
  if (result.status !== 0) throw new Error(`${[path.basename(command), ...args].join(' ')} failed:\n${result.stdout}${result.stderr}`);
}

/** The Prisma client of the platform's tables: generated if prisma/schema.prisma is newer than the last generated client. */
function generatePrisma(force) {
  const schema = path.join(root, 'prisma/schema.prisma');
  if (!fs.existsSync(schema)) return;
  const stamp = path.join(root, 'node_modules/.cache/orrery/prisma.stamp');
  const output = /output\s*=\s*"([^"]+)"/.exec(fs.readFileSync(schema, 'utf8'))?.[1];
  const present = !output || fs.existsSync(path.resolve(root, 'prisma', output));
  if (!force && present && mtime(stamp) >= mtime(schema)) return;
  // Generating does not need the schema engine: this variable keeps the CLI from downloading it.
  const env = { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', PRISMA_HIDE_UPDATE_MESSAGE: '1', CHECKPOINT_DISABLE: '1' };
  run(process.execPath, [path.join(root, 'node_modules/prisma/build/index.js'), 'generate', '--schema', schema], env);
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, '');
}

/** The API's descriptions, extracted from the client library's types; scripts/gen-descriptions.mjs does nothing if they are up to date. */
function generateDescriptions(force) {
  const script = path.join(root, 'scripts/gen-descriptions.mjs');
  if (!fs.existsSync(script)) return;
  const stamp = path.join(root, 'node_modules/.cache/orrery/descriptions.stamp');
  const newest = Math.max(mtime(script), mtime(path.join(root, 'node_modules/@kubernetes/client-node/package.json')));
  if (!force && mtime(stamp) >= newest) return;
  run(process.execPath, [script]);
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, '');
}

/**
 * Brings dist/ up to date. Returns how many files were built.
 * @param {{force?: boolean, onStart?: (files: number) => void}} options
 */
export async function build({ force = false, onStart } = {}) {
  generatePrisma(force);
  generateDescriptions(force);
  const { todo, orphans, folders } = stale(force);
  for (const file of orphans) fs.rmSync(file, { force: true });
  if (todo.length === 0) return 0;
  onStart?.(todo.length);
  const swc = await import('@swc/core');
  await Promise.all(todo.map((pair) => buildOne(swc, pair)));
  // One in each folder: for the type of a module Node looks for it in all folders above, and remembers only those where there is one.
  for (const folder of folders) fs.writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}\n');
  // Identifies this build: what another one has derived (cluster templates) is derived again.
  fs.writeFileSync(path.join(root, 'dist/build-id'), randomUUID());
  return todo.length;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const started = performance.now();
  const files = await build({ force: process.argv.includes('--force') });
  process.stdout.write(`built ${files} files in ${Math.round(performance.now() - started)} ms\n`);
}
