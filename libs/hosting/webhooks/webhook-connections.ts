import { lookup } from 'node:dns/promises';
import { type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { isIP } from 'node:net';
import { type HttpAnswer, type HttpCall, NoAnswer, type WebhookRoutes } from '#apiserver';
import { WEBHOOK_LIMITS } from '../limits.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { goError } from './go-errors.js';

const DEADLINE = 'context deadline exceeded';
const READING = `${DEADLINE} (Client.Timeout or context cancellation while reading body)`;

interface Target {
  /** The address that is connected to. */
  address: string;
  port: number;
  /** `address:port`, as errors show it. */
  at: string;
}

/** Reads a body up to the limit. */
function bodyOf(response: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > WEBHOOK_LIMITS.answerBytes) response.destroy(new NoAnswer('http: response body too large'));
      else chunks.push(chunk);
    });
    response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    response.on('error', reject);
  });
}

/** One request on a connection of its own. Redirects are answers like any other. */
function post({ address, port }: Target, call: HttpCall, signal: AbortSignal): Promise<IncomingMessage> {
  const { path, body, serverName, ca } = call;
  return new Promise((resolve, reject) => {
    const sent = request({
      host: address,
      port,
      path,
      method: 'POST',
      agent: false,
      signal,
      minVersion: 'TLSv1.2',
      ...(isIP(serverName) ? {} : { servername: serverName }),
      ...(ca === undefined ? {} : { ca }),
      headers: {
        host: port === 443 ? serverName : `${serverName}:${port}`,
        'content-type': 'application/json',
        accept: 'application/json, */*',
        'user-agent': 'kube-apiserver-admission',
        'content-length': Buffer.byteLength(body),
      },
    });
    sent.on('response', resolve);
    sent.on('error', reject);
    sent.end(body);
  });
}

/** The connections of this process to webhooks outside, which the operator has allowed. */
export class WebhookConnections {
  private readonly open = new Map<string, number>();
  private total = 0;

  constructor(private readonly allowed: AllowedHosts) {}

  /** The way outside for one cluster. */
  of(cluster: string): NonNullable<WebhookRoutes['outside']> {
    return (host, port, call) => (this.allowed.allows(host, port) ? this.counted(cluster, () => this.send(host, port, call)) : undefined);
  }

  private async counted(cluster: string, send: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
    const own = this.open.get(cluster) ?? 0;
    if (own >= WEBHOOK_LIMITS.callsPerCluster || this.total >= WEBHOOK_LIMITS.calls)
      throw new NoAnswer('too many calls of webhooks are in progress');
    this.open.set(cluster, own + 1);
    this.total++;
    try {
      return await send();
    } finally {
      this.total--;
      const left = (this.open.get(cluster) ?? 1) - 1;
      if (left === 0) this.open.delete(cluster);
      else this.open.set(cluster, left);
    }
  }

  private async send(host: string, port: number, call: HttpCall): Promise<HttpAnswer> {
    const signal = AbortSignal.timeout(call.timeout);
    const target = await this.resolve(host, port, signal);
    let answered = false;
    try {
      const response = await post(target, call, signal);
      answered = true;
      const body = await bodyOf(response);
      const contentType = response.headers['content-type'];
      return { status: response.statusCode ?? 0, body, ...(contentType === undefined ? {} : { contentType }) };
    } catch (error) {
      if (error instanceof NoAnswer) throw error;
      if (signal.aborted) throw new NoAnswer(answered ? READING : DEADLINE);
      throw new NoAnswer(answered ? 'unexpected EOF' : goError(error, { at: target.at, serverName: call.serverName }));
    }
  }

  /** The address of a host, resolved once: it is the one that is checked and connected to. */
  private async resolve(host: string, port: number, signal: AbortSignal): Promise<Target> {
    const address = isIP(host) ? host : await this.lookUp(host, signal);
    const at = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    if (!isIP(host) && !this.allowed.allowsResolved(address, port)) throw new NoAnswer(`dial tcp ${at}: connect: network is unreachable`);
    return { address, port, at };
  }

  private async lookUp(host: string, signal: AbortSignal): Promise<string> {
    const aborted = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new NoAnswer(DEADLINE)), { once: true }),
    );
    const found = lookup(host).catch(() => {
      throw new NoAnswer(`dial tcp: lookup ${host}: no such host`);
    });
    return (await Promise.race([found, aborted])).address;
  }
}
