export { applyMigrations } from './migrate.js';
export { postgresStorage } from './postgres-storage.js';
