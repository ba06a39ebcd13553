import type { StorageProvider } from '#apiserver';
import { podLog } from './log.js';

/** The storages of what streams: logs, commands, ports and proxies, one line each. */
export const streamProviders: readonly StorageProvider[] = [podLog];
