export { takeConnection } from './connection.js';
export { applyMigrations } from './migrate.js';
export { postgresStorage } from './postgres-storage.js';
export { type Patience, patiently } from './session.js';
