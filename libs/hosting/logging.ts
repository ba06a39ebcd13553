import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import { fieldsOf } from './loggable.js';
import { type Scrub, scrubber } from './secrets.js';

export type Log = pino.Logger;

/** Where a log is written. */
type Destination = pino.DestinationStream;

function standardOutput(): Destination {
  const output = pino.destination({ dest: 1, sync: true });
  // The reader is gone, or the disk is full: there is no other place to report it.
  output.on('error', () => undefined);
  return output;
}

/**
 * The process's log: one JSON object per line on standard output, with the process's name. Only listed fields of objects are written
 * (loggable.ts), and secrets from the process's settings are removed from the output.
 */
export function createLog(name: string, level: string, scrub: Scrub = scrubber({}), to: Destination = standardOutput()): Log {
  return pino(
    {
      level,
      base: { process: name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (object) => fieldsOf(object) },
      // Already formatted.
      serializers: { err: (error: unknown) => error },
      hooks: { streamWrite: scrub },
    },
    to,
  );
}

/** Nest's own messages in the same log. */
export class NestLog implements LoggerService {
  constructor(private readonly to: Log) {}
  log(message: unknown, context?: string): void {
    this.to.debug({ context }, String(message));
  }
  error(message: unknown, stack?: string, context?: string): void {
    this.to.error({ context, stack }, String(message));
  }
  warn(message: unknown, context?: string): void {
    this.to.warn({ context }, String(message));
  }
  debug(message: unknown, context?: string): void {
    this.to.debug({ context }, String(message));
  }
  verbose(message: unknown, context?: string): void {
    this.to.trace({ context }, String(message));
  }
  fatal(message: unknown, context?: string): void {
    this.to.fatal({ context }, String(message));
  }
}
