import type { LoggerService } from '@nestjs/common';
import pino from 'pino';
import { fieldsOf } from './loggable.js';
import { type Scrub, scrubber } from './secrets.js';

export type Log = pino.Logger;

/** Where a log is written. */
type Destination = pino.DestinationStream;

function standardOutput(): Destination {
  const output = pino.destination({ dest: 1, sync: true });
  // A reader that is gone, or a disk that is full: there is nowhere left to say it.
  output.on('error', () => undefined);
  return output;
}

/**
 * The process's log: one JSON object a line on standard output, with the process's name. What of an object may be written is listed
 * (loggable.ts), and what is written is searched for the secrets of the process's settings.
 */
export function createLog(name: string, level: string, scrub: Scrub = scrubber({}), to: Destination = standardOutput()): Log {
  return pino(
    {
      level,
      base: { process: name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: (object) => fieldsOf(object) },
      // The formatter has been there already.
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
