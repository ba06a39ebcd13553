import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const skipped = /^(node_modules|dist|coverage|\.git|\.orrery)$/;
const isText = /\.(ts|mjs|cjs|js|json|jsonc|md|ya?ml|sql|prisma|html|css|toml)$|(^|\/)(Dockerfile(\.\w+)?|run|\.gitignore)$/;

function* filesUnder(folder: string): Generator<string> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.test(entry.name)) yield* filesUnder(file);
    } else if (isText.test(file)) yield path.relative(root, file);
  }
}

const files = [...filesUnder(root)].filter((file) => !file.startsWith('test/house/'));
const read = (file: string): string => fs.readFileSync(path.join(root, file), 'utf8');
/** Matching lines, as `file:line: text`. */
function lines(among: readonly string[], pattern: RegExp): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((text, index) => (pattern.test(text) ? [`${file}:${index + 1}: ${text.trim().slice(0, 120)}`] : [])),
  );
}
const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const written = files.filter((file) => !/\.recorded\.json$|^libs\/api\/(schema|generated)\/|^package-lock\.json$/.test(file));
const code = written.filter((file) => /\.(ts|mjs)$/.test(file));
const domain = code.filter((file) => file.startsWith('libs/') && !/^libs\/hosting\/|\.(spec|contract)\.ts$|\/test-[a-z-]+\.ts$/.test(file));

it('no file contains the path of the checkout', () => {
  const places = [root, os.homedir()].filter((place) => place.split('/').length > 2);
  expect(lines(written, new RegExp([...places.map(escaped), '/home/[a-z]', '/Users/', '/tmp/[a-z]+/[a-z]'].join('|')))).toEqual([]);
});

it('the lock file names no registry, and no file configures one', () => {
  expect(lines(['package-lock.json'], /"resolved":|https?:\/\/[^"]*(registry|npm)/).filter((line) => !line.includes('"url"'))).toEqual([]);
  expect(files.filter((file) => path.basename(file) === '.npmrc')).toEqual([]);
  expect(lines(written, /registry\.npmjs|npm config set|--registry[ =]/)).toEqual([]);
});

it('there are no TODOs', () => {
  expect(lines(written, /\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
});

// biome checks `any`, and default exports in TypeScript.
it('no default exports, no checks switched off', () => {
  expect(
    lines(
      code.filter((file) => !/jest\.config|^test\/(servers-|longest-first)/.test(file)),
      /^export default\b/,
    ),
  ).toEqual([]);
  expect(lines(code, /@ts-(ignore|nocheck|expect-error)|eslint-disable|\b(describe|it|test)\.(only|skip)\(/)).toEqual([]);
});

it('files have kebab-case names that describe their content', () => {
  const names = code.map((file) => path.basename(file).replace(/\.(spec|contract|module|controller|guard|config)?\.?(ts|mjs)$/, ''));
  expect(names.filter((name) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+)?$/.test(name))).toEqual([]);
  const vague = /(^|[-/])(utils?|helpers?|manager|common|base|impl|misc)([-.]|\/)/;
  // Upstream's names: k8s.io/component-base, k8s.io/component-helpers, kube-controller-manager, cloud-controller-manager.
  const named = (file: string) => file.replace(/^libs\/component-(?:base|helpers)\/|controller-manager/g, '');
  expect(code.filter((file) => vague.test(named(file)))).toEqual([]);
});

it('the domain gets time and randomness as parameters', () => {
  // The system implementations themselves; the machine's timers behind interfaces; PostgreSQL's adapter, which names its writes and pauses
  // between attempts; the host of real queues.
  const named =
    /^libs\/(apimachinery\/(clock-sources|random)|cluster\/machine-timers|storage\/postgres\/(session|write|migrate)|controller-runtime\/bullmq\/[a-z-]+)\.ts$/;
  const found = lines(
    domain.filter((file) => !named.test(file)),
    /\bDate\.now\(|new Date\(\)|\bsetTimeout\(|\bsetInterval\(|Math\.random\(|performance\.now\(|node:timers|randomUUID|process\.env/,
  );
  expect(found).toEqual([]);
});

it('no file is much over 250 lines', () => {
  const long = code.filter((file) => !/\.(spec|contract)\.ts$|^libs\/kubeadm\/data\//.test(file));
  expect(long.map((file) => `${file}: ${read(file).split('\n').length}`).filter((entry) => Number(entry.split(': ')[1]) > 300)).toEqual([]);
});

it('every lib has a short README, one index.ts, and its row in the table of imports', () => {
  const rules = read('.dependency-cruiser.cjs');
  for (const name of fs.readdirSync(path.join(root, 'libs'))) {
    const readme = read(`libs/${name}/README.md`);
    expect([name, readme.trimEnd().split('\n').length <= 40]).toEqual([name, true]);
    expect([name, /may import|imports nothing/i.test(readme), /to add/i.test(readme) || /more: one line/.test(readme)]).toEqual([
      name,
      true,
      true,
    ]);
    expect([name, new RegExp(`^  '?${name}'?: \\[`, 'm').test(rules)]).toEqual([name, true]);
    expect([name, fs.existsSync(path.join(root, `libs/${name}/index.ts`))]).toEqual([name, true]);
  }
});

it('everything that READMEs refer to exists', () => {
  const missing = files
    .filter((file) => file.endsWith('README.md') && file.startsWith('libs/'))
    .flatMap((file) =>
      [...read(file).matchAll(/`([a-z0-9/-]+\.(?:ts|json|spec\.ts|contract\.ts|recorded\.json))`/g)].flatMap(([, name = '']) => {
        const beside = files.filter((other) => other.startsWith(`${path.dirname(file)}/`));
        const isThere = fs.existsSync(path.join(root, name)) || beside.some((other) => other.endsWith(`/${name}`));
        return isThere || /^(the-|NAME|generated\/descriptions)/.test(name) ? [] : [`${file}: ${name}`];
      }),
    );
  expect(missing).toEqual([]);
});

it('`npm run gen` results in no diff', () => {
  const folder = path.join(root, 'libs/api/generated');
  const all = () => Object.fromEntries(fs.readdirSync(folder).map((file) => [file, read(`libs/api/generated/${file}`)]));
  const to = fs.mkdtempSync(path.join(os.tmpdir(), 'orrery-gen-'));
  try {
    execFileSync(process.execPath, [path.join(root, 'scripts/gen.mjs'), to]);
    const made = fs.readdirSync(to).sort();
    expect(made).toEqual(
      Object.keys(all())
        .filter((file) => file.endsWith('.ts'))
        .sort(),
    );
    expect(Object.fromEntries(made.map((file) => [file, fs.readFileSync(path.join(to, file), 'utf8')]))).toEqual(
      Object.fromEntries(Object.entries(all()).filter(([file]) => file.endsWith('.ts'))),
    );
  } finally {
    fs.rmSync(to, { recursive: true });
  }
});
