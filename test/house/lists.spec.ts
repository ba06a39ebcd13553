import fs from 'node:fs';
import path from 'node:path';
import { admissionPlugins } from '#admission';
import { apiserverControllers, controllers, storageControllers } from '#controllers';
import { relations } from '#graphql';
import { images } from '#node';
import { conversions, providers, strategies } from '#registry';
import { schedulerPlugins } from '#scheduler';

const root = path.resolve(import.meta.dirname, '../..');
type Thing = Readonly<Record<string, unknown>>;

const isThing = (value: unknown): value is Thing => typeof value === 'object' && value !== null && !Array.isArray(value);
const has = (thing: Thing, type: 'string' | 'number' | 'function' | 'object' | 'boolean', ...keys: string[]): boolean =>
  keys.every((key) => typeof thing[key] === type);
const hasSome = (thing: Thing, ...keys: string[]): boolean => keys.some((key) => typeof thing[key] === 'function');

interface List {
  folder: string;
  listed: readonly object[];
  /** Whether an exported value belongs to this sort. */
  is(thing: Thing): boolean;
  /** The key of such a value. */
  key(thing: Thing): string;
}

const byName = ({ name }: Thing): string => String(name);

const strategyMethods = ['setDefaults', 'prepareForCreate', 'prepareForUpdate', 'validate', 'validateUpdate', 'answer', 'decorate'];

const lists: Readonly<Record<string, List>> = {
  strategies: {
    folder: 'libs/registry',
    listed: strategies,
    is: (thing) =>
      has(thing, 'string', 'group', 'resource') &&
      (hasSome(thing, ...strategyMethods) || has(thing, 'object', 'columns') || 'fields' in thing),
    key: ({ group, resource }) => `${group}/${resource}`,
  },
  conversions: {
    folder: 'libs/registry',
    listed: conversions,
    is: (thing) => has(thing, 'function', 'toStorage', 'fromStorage'),
    key: ({ group, version, resource }) => `${group}/${version}/${resource}`,
  },
  storages: {
    folder: 'libs/registry',
    listed: providers,
    is: (thing) => has(thing, 'string', 'group', 'resource', 'subresource') && has(thing, 'function', 'capabilities'),
    key: ({ group, resource, subresource }) => `${group}/${resource}/${subresource}`,
  },
  'admission plugins': {
    folder: 'libs/admission',
    listed: admissionPlugins,
    is: (thing) => has(thing, 'string', 'name') && Array.isArray(thing.operations),
    key: byName,
  },
  controllers: {
    folder: 'libs/controllers',
    listed: [...controllers, ...apiserverControllers, ...storageControllers],
    is: (thing) => has(thing, 'string', 'name') && has(thing, 'function', 'interests', 'open'),
    key: byName,
  },
  'scheduler plugins': {
    folder: 'libs/scheduler/plugins',
    listed: schedulerPlugins.map(({ plugin }) => plugin),
    is: (thing) =>
      has(thing, 'string', 'name') &&
      hasSome(thing, 'preEnqueue', 'queueSort', 'preFilter', 'filter', 'postFilter', 'preScore', 'score', 'bind'),
    key: byName,
  },
  images: {
    folder: 'libs/node/images',
    listed: images,
    is: (thing) => Array.isArray(thing.repositories) && has(thing, 'number', 'size'),
    key: ({ repositories }) => String(repositories),
  },
  relations: {
    folder: 'libs/graphql/relations',
    listed: relations,
    is: (thing) => has(thing, 'string', 'field') && has(thing, 'boolean', 'list') && hasSome(thing, 'resolve'),
    key: ({ on, field }) => `${isThing(on) ? on.kind : 'any'}.${field}`,
  },
};

const sourcesOf = (folder: string): string[] =>
  fs
    .readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && path.basename(file) !== 'index.ts')
    .map((file) => path.join(folder, file));

/** The exports of a folder's files that belong on the list, individual or in an array: the key, and the location. */
async function found({ folder, is, key }: List): Promise<Map<string, string>> {
  const things = new Map<string, string>();
  for (const file of sourcesOf(folder)) {
    const module = (await import(path.join(root, file))) as Thing;
    for (const [name, value] of Object.entries(module)) {
      for (const thing of Array.isArray(value) ? value : [value]) {
        if (isThing(thing) && is(thing)) things.set(key(thing), `${file}: ${name}`);
      }
    }
  }
  return things;
}

describe.each(Object.entries(lists))('the list of %s', (_name, list) => {
  const listed = list.listed.map((thing) => list.key(thing as Thing));

  it('contains everything that its folder exports', async () => {
    const missing = [...(await found(list))].filter(([key]) => !listed.includes(key)).map(([, place]) => place);
    expect(missing).toEqual([]);
  });

  it('contains each only once, and nothing unknown to this spec', async () => {
    expect(listed.filter((key, at) => listed.indexOf(key) !== at)).toEqual([]);
    const known = await found(list);
    expect(listed.filter((key) => !known.has(key))).toEqual([]);
  });
});
