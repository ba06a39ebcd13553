export { type AuditLog, type AuditLogOptions, createAuditLog } from './audit-log.js';
export type { AuditFilter, AuditRecord } from './audit-record.js';
export type { AuditStore } from './audit-store.js';
export { LOG_LIMITS } from './limits.js';
export { memoryAuditStore } from './memory-audit-store.js';
export type { Page, PageRequest } from './pages.js';
