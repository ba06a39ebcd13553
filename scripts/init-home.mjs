// Creates the secrets of an installation (its CA, the platform token, the key of the clusters' tokens) in a folder, like the first start:
// `node scripts/init-home.mjs FOLDER`. Existing files are kept. For deployments whose home is a Secret (k8s/README.md).
import path from 'node:path';
import { build } from './build.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');
const [folder] = process.argv.slice(2);
if (!folder) {
  process.stderr.write('orrery: say where: node scripts/init-home.mjs FOLDER\n');
  process.exit(1);
}
await build();
const { openKeys } = await import(path.join(root, 'dist/libs/hosting/keys/keys.js'));
try {
  await openKeys(folder);
} catch (error) {
  process.stderr.write(`orrery: ${error.message}\n`);
  process.exit(1);
}
process.stdout.write(`${path.resolve(folder)}\n`);
