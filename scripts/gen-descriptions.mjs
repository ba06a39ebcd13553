// Extracts the descriptions of kinds and fields from the types of @kubernetes/client-node into libs/api/generated/descriptions.json, which
// is not in git. kubectl explain and the GraphQL documentation show them; everything works without them.
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const from = path.join(root, 'libs/api/schema/definitions');
const models = path.join(root, 'node_modules/@kubernetes/client-node/dist/gen/models');
const to = path.join(root, 'libs/api/generated/descriptions.json');
const capital = (word) => word.replace(/^./, (c) => c.toUpperCase());
const plain = (name) => name.replace(/[^A-Za-z0-9]/g, '').toLowerCase();
const comment = (text) =>
  text
    .replace(/^\s*\* ?/gm, '')
    .trim()
    .replace(/\\(['"`])/g, '$1');

/** The class of a definition: CoreV1Event if two groups have one, otherwise V1Pod. */
function modelOf(pkg, name) {
  const [group, version = ''] = pkg.split('.');
  const candidates = [`${capital(group)}${capital(version)}${name}`, `${capital(version)}${name}`];
  return candidates.map((c) => path.join(models, `${c}.d.ts`)).find((file) => fs.existsSync(file));
}

function read(file, definition) {
  const text = fs.readFileSync(file, 'utf8');
  const type = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export declare class/.exec(text);
  const names = new Map(Object.keys(definition.fields ?? {}).map((name) => [plain(name), name]));
  const fields = {};
  for (const [, words, member] of text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*'([^']+)'\??:/g)) {
    const name = names.get(plain(member));
    if (name) fields[name] = comment(words);
  }
  return { description: type ? comment(type[1]) : '', fields };
}

if (!fs.existsSync(models)) {
  console.error('no descriptions: @kubernetes/client-node is not installed');
  process.exit(0);
}
const out = {};
for (const file of fs.readdirSync(from).sort()) {
  const pkg = file.slice(0, -'.json'.length);
  const { definitions } = JSON.parse(fs.readFileSync(path.join(from, file), 'utf8'));
  for (const [name, definition] of Object.entries(definitions)) {
    const model = modelOf(pkg, name);
    if (model) out[`${pkg}.${name}`] = read(model, definition);
  }
}
fs.writeFileSync(to, JSON.stringify(out));
