import { readdirSync } from 'node:fs';
import type { ResourceStrategy } from '#apiserver';
import { strategies } from './index.js';

const here = import.meta.dirname;
const files = readdirSync(here, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'));
const called = ({ group, resource }: ResourceStrategy): string => `${resource}.${group}`;

const isStrategy = (value: unknown): value is ResourceStrategy =>
  typeof value === 'object' && value !== null && 'group' in value && 'resource' in value && !('toStorage' in value);

test('every strategy is on the list', async () => {
  const found: string[] = [];
  for (const file of files) {
    const exports: Record<string, unknown> = await import(`./${file.slice(0, -3)}.js`);
    found.push(...Object.values(exports).filter(isStrategy).map(called));
  }
  expect(found.sort()).toEqual(strategies.map(called).sort());
  expect(new Set(found).size).toBe(found.length);
});
