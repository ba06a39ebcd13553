import { type ApiRequest, type ApiResponse, headerOf } from '#apiserver';

/** How a client asks for an upgraded connection. */
export type UpgradeKind = 'websocket' | 'spdy' | undefined;

/** The upgrade that a request asks for (httpstream.IsUpgradeRequest). */
export function upgradeOf(request: ApiRequest): UpgradeKind {
  if (!headerOf(request, 'connection')?.toLowerCase().includes('upgrade')) return undefined;
  const wanted = headerOf(request, 'upgrade')?.toLowerCase();
  return wanted === 'websocket' ? 'websocket' : wanted === 'spdy/3.1' ? 'spdy' : undefined;
}

const listed = (text: string | undefined): string[] =>
  (text ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');

/** The WebSocket subprotocols that a client offers; `['']` if it offers none. */
export function offeredProtocols(request: ApiRequest): string[] {
  const offered = listed(headerOf(request, 'sec-websocket-protocol'));
  return offered.length === 0 ? [''] : offered;
}

/** A refusal in plain text, as upstream's handshakes give it. */
export const plainRefusal = (status: number, text: string): ApiResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body: `${text}\n`,
});

/** The protocol of X-Stream-Protocol-Version that both sides know (httpstream.Handshake); a response if there is none. '' if none was asked for. */
export function negotiated(request: ApiRequest, supported: readonly string[]): { protocol: string } | { refusal: ApiResponse } {
  const asked = listed(headerOf(request, 'x-stream-protocol-version'));
  if (asked.length === 0) return { protocol: '' };
  const protocol = asked.find((one) => supported.includes(one));
  if (protocol !== undefined) return { protocol };
  const text = `unable to upgrade: unable to negotiate protocol: client supports [${asked.join(' ')}], server accepts [${supported.join(' ')}]`;
  const refusal = plainRefusal(403, text);
  return { refusal: { ...refusal, headers: { ...refusal.headers, 'x-accepted-stream-protocol-versions': [...supported] } } };
}

/** The response that switches to SPDY. */
export const spdyHeaders = (protocol: string): Record<string, string> => ({
  connection: 'Upgrade',
  upgrade: 'SPDY/3.1',
  ...(protocol === '' ? {} : { 'x-stream-protocol-version': protocol }),
});
