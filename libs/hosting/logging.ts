import type { LoggerService } from '@nestjs/common';
import pino from 'pino';

export type Log = pino.Logger;

/** Whatever could carry a credential: never written, wherever it stands in what is logged. */
const secrets = [
  'token',
  'authorization',
  'password',
  'headers.authorization',
  'req.headers.authorization',
  '*.token',
  '*.authorization',
  '*.password',
];

/** The process's log: one JSON object a line on standard output, with the process's name and without credentials. */
export function createLog(name: string, level: string): Log {
  return pino(
    {
      level,
      base: { process: name, pid: process.pid },
      redact: { paths: secrets, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    pino.destination({ dest: 1, sync: true }),
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
