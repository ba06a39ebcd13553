// `npm run new controller|resource|subresource|plugin|image NAME`: a small file, its spec, and its line in that folder's list. Where something has to be
// chosen (`Pod`, a group), the file says so by what it holds: it compiles, and does nothing yet that a user could see.
//   npm run new controller node-lease
//   npm run new resource policy/pod-guard        (the group's folder, as in libs/registry; the kind has to be in libs/api/schema)
//   npm run new subresource pods/portforward     (libs/api/schema/resources.json says that discovery lists it)
//   npm run new plugin require-labels        (admission; scheduler/NAME makes a scheduler's)
//   npm run new image memcached
// --dry-run prints what would be written.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { templates } from './new/templates.mjs';

const root = path.resolve(import.meta.dirname, '..');

/** A word in the forms that code needs: `pod-guard` → podGuard, PodGuard. */
function forms(name) {
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter) => letter.toUpperCase());
  return { name, pascal, camel: pascal.replace(/^./, (letter) => letter.toLowerCase()) };
}

/** The list's file with one more import and line. Throws if the list is not found. */
export function withLine(text, { list, symbol, from, line = symbol }) {
  const imports = [...text.matchAll(/^import .* from '\.[^']*';\n/gm)];
  const last = imports.at(-1);
  const start = text.search(new RegExp(`\\b${list}\\b[^=\\n]*= \\[`));
  const end = text.indexOf('];', start);
  if (!last || start < 0 || end < 0) throw new Error(`no list "${list}" found`);
  const onOneLine = text[end - 1] !== '\n';
  const added = `import { ${symbol} } from '${from}';\n`;
  const after = imports.find((found) => /from '([^']*)'/.exec(found[0])[1] > from);
  const at = after ? after.index : last.index + last[0].length;
  return `${text.slice(0, at)}${added}${text.slice(at, end)}${onOneLine ? `, ${line}` : `  ${line},\n`}${text.slice(end)}`;
}

/**
 * The files of a new thing, by path, including the changed file of the list. Throws an Error that says what is wrong.
 * @param {string} sort @param {string} name @param {(file: string) => string | undefined} read
 */
export function plan(sort, name, read) {
  const template = Object.hasOwn(templates, sort) ? templates[sort] : undefined;
  if (!template) throw new Error(`usage: npm run new ${Object.keys(templates).join('|')} NAME`);
  if (!/^([a-z][a-z0-9]*\/)?[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name ?? ''))
    throw new Error('the name must be in kebab-case: npm run new image memcached');
  const [base, folder = ''] = name.split('/').reverse();
  const { files, list } = template(forms(base), folder, read);
  const taken = Object.keys(files).find((file) => read(file) !== undefined);
  if (taken) throw new Error(`${taken} already exists`);
  const text = read(list.file);
  if (text === undefined) throw new Error(`${list.file} does not exist`);
  return { ...files, [list.file]: withLine(text, list) };
}

function main() {
  const [sort, name] = process.argv.slice(2).filter((word) => !word.startsWith('--'));
  const dry = process.argv.includes('--dry-run');
  const read = (file) => (fs.existsSync(path.join(root, file)) ? fs.readFileSync(path.join(root, file), 'utf8') : undefined);
  const files = plan(sort, name, read);
  for (const [file, text] of Object.entries(files)) {
    const exists = read(file) !== undefined;
    process.stdout.write(`${exists ? 'changed' : 'new    '} ${file}\n`);
    if (dry) {
      if (!exists) process.stdout.write(`${text.replace(/^/gm, '    ')}\n`);
      continue;
    }
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  if (!dry) process.stdout.write('npm run format, then npm run check\n');
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    main();
  } catch (error) {
    process.stderr.write(`orrery: ${error.message}\n`);
    process.exit(1);
  }
}
