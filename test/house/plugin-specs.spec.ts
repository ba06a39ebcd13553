import fs from 'node:fs';
import path from 'node:path';
import { admissionPlugins } from '#admission';
import { schedulerPlugins } from '#scheduler';

const folder = path.resolve(import.meta.dirname, '../../libs/admission');

/** The specs of libs/admission that have a module of the same name beside them, by that module. */
const specs = new Map(
  fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.spec.ts'))
    .map((file) => [file.replace(/\.spec\.ts$/, '.js'), path.join(folder, file)]),
);

/** The modules that export plugins, by the plugins' names. */
async function modules(): Promise<Map<string, string>> {
  const list = fs.readFileSync(path.join(folder, 'index.ts'), 'utf8');
  const found = new Map<string, string>();
  for (const [, file = ''] of list.matchAll(/from '\.\/([^']+)'/g)) {
    const module = (await import(path.join(folder, file.replace(/\.js$/, '.ts')))) as Record<string, unknown>;
    for (const value of Object.values(module)) {
      const plugin = admissionPlugins.find((each) => each === value);
      if (plugin) found.set(plugin.name, file);
    }
  }
  return found;
}

test('each admission plugin has a spec beside it, which names it', async () => {
  const places = await modules();
  const without = admissionPlugins.filter(({ name }) => {
    const spec = specs.get(places.get(name) ?? '');
    return spec === undefined || !fs.readFileSync(spec, 'utf8').includes(name);
  });
  expect(without.map(({ name }) => name)).toEqual([]);
});

/** Every scheduler plugin is a file of its own, as test/house/lists.spec.ts holds. */
test('each scheduler plugin has a spec beside it with a table or a test of its own', () => {
  const plugins = path.resolve(import.meta.dirname, '../../libs/scheduler/plugins');
  const files = fs.readdirSync(plugins).filter((file) => file.endsWith('.ts') && file !== 'index.ts');
  const modules = files.filter((file) => !file.endsWith('.spec.ts'));
  const tested = (file: string): boolean => {
    const spec = file.replace(/\.ts$/, '.spec.ts');
    return files.includes(spec) && /\b(test|it)(\.each|\()/.test(fs.readFileSync(path.join(plugins, spec), 'utf8'));
  };
  expect(modules).toHaveLength(schedulerPlugins.length);
  expect(modules.filter((file) => !tested(file))).toEqual([]);
});
