import http, { type IncomingMessage } from 'node:http';
import { ConfigError } from './config.js';
import { type ListenerLimits, serverOptions } from './limits.js';

const loopback = '127.0.0.1';

/**
 * Whether a request was sent to this machine by one of its own names. A page from elsewhere whose host name leads here (DNS rebinding) sends
 * its own name.
 */
export function isLocalHost({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  return /^(localhost|127\.0\.0\.1)(:\d{1,5})?$/i.test(headers.host ?? '');
}

/** A plain http server with these limits; it does not listen yet. */
export function newPlainServer(limits: ListenerLimits): http.Server {
  const server = http.createServer(serverOptions(limits));
  server.maxHeadersCount = limits.headerCount;
  return server;
}

/** Listens on the loopback address, and nowhere else. Resolves with its URL. Throws ConfigError with one line that says what to change. */
export function listenOnLoopback(server: http.Server, { port, variable }: { port: number; variable: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code, message }: NodeJS.ErrnoException) => {
      const taken = `port ${port} on ${loopback} is taken: set ${variable} to a free one`;
      reject(new ConfigError(code === 'EADDRINUSE' ? taken : `can't listen on ${loopback}:${port}: ${message}`));
    });
    server.listen(port, loopback, () => {
      const address = server.address();
      resolve(`http://${loopback}:${typeof address === 'object' && address ? address.port : port}`);
    });
  });
}
