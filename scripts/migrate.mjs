// Applies the migrations to DATABASE_URL and ends: run by the migration Job of k8s/ and by the compose file before the service starts.
import path from 'node:path';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '..');
const { DATABASE_URL } = process.env;
try {
  if (!DATABASE_URL) throw new Error('DATABASE_URL is not set');
  const { applyMigrations } = await import(path.join(root, 'dist/libs/hosting/embedded/index.js'));
  await applyMigrations(DATABASE_URL);
  process.stdout.write('migrations applied\n');
} catch (error) {
  process.stderr.write(`orrery: ${error.message}\n`);
  process.exit(1);
}
