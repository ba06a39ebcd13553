import fs from 'node:fs';
import path from 'node:path';
import { scheme } from '#api';

const readme = fs.readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8');
const section = readme.split(/^## /m).find((text) => text.startsWith('What is served')) ?? '';

/** The rows of the section's tables as cells, headings and rules left out. */
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\|[\s|-]+\|$/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );

const groups = rows.filter(([name = '']) => name.startsWith('`')).map(([name = '', served = '']) => ({ name, served }));

test('the README lists every API group with its versions', () => {
  const named = scheme.groupVersions().map(({ group, versions }) => `\`${group === '' ? 'core' : group}\` ${versions.join(', ')}`);
  expect(groups.map(({ name }) => name).sort()).toEqual(named.sort());
});

test('each row says yes, partly or no', () => {
  const said = rows.filter(([, served = '']) => !['yes', 'partly', 'no', ''].includes(served) && served !== 'served');
  expect(said).toEqual([]);
});
