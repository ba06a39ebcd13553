import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { Log } from './logging.js';
import type { CertificateAuthority } from './pki/certificate-authority.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const day = 24 * 3600 * 1000;
/** How long before its end a certificate is replaced. */
const renewBefore = 30 * day;

/** An https server whose certificate is issued at start and anew before it ends. */
export interface SecureServer {
  readonly server: https.Server;
  /** Who answers; set before the first request comes. */
  handle(handler: Handler): void;
  close(): void;
}

/** Makes the server; it does not listen yet. `names` are the names and addresses of its certificate. */
export async function createSecureServer(authority: CertificateAuthority, names: readonly string[], log: Log): Promise<SecureServer> {
  let current = await authority.issueServer(names);
  let handler: Handler = (_, response) => response.writeHead(503).end();
  const server = https.createServer(
    {
      cert: current.certificate,
      key: current.key,
      minVersion: 'TLSv1.2',
      ALPNProtocols: ['http/1.1'],
      // kube-apiserver's own: connections are kept for as long as clients keep them, headers must come soon.
      keepAliveTimeout: 180_000,
      headersTimeout: 32_000,
      requestTimeout: 0,
      maxHeaderSize: 1 << 20,
      noDelay: true,
    },
    (request, response) => handler(request, response),
  );
  const timer = setInterval(async () => {
    if (current.notAfter.getTime() - Date.now() > renewBefore) return;
    current = await authority.issueServer(names);
    server.setSecureContext({ cert: current.certificate, key: current.key, minVersion: 'TLSv1.2' });
    log.info({ notAfter: current.notAfter }, 'server certificate renewed');
  }, day);
  timer.unref();
  return {
    server,
    handle(next) {
      handler = next;
    },
    close: () => clearInterval(timer),
  };
}
