// The headers that an operation is sent with, besides those of the session.

/** Throws an error that says why an operation of this kind cannot be sent with these headers: an object, or undefined. */
export function checkHeaders(headers, kind) {
  const entries = Object.entries(headers ?? {});
  if (kind === 'subscription' && entries.length > 0)
    throw new Error('A subscription goes over a WebSocket, which takes no headers: clear them under Headers.');
  for (const [name, value] of entries) {
    if (/^authorization$/i.test(name))
      throw new Error('The header Authorization is that of your session: sign in with another token instead (Another cluster …).');
    try {
      new Headers([[name, String(value)]]);
    } catch {
      throw new Error(`Headers: ${JSON.stringify(name)} cannot be sent with the value ${JSON.stringify(value)}.`);
    }
  }
}
