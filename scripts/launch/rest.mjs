// A client of the platform's REST API for the launcher.
import https from 'node:https';

/**
 * @param {{origin: string, ca: string, token: string}} to
 * @returns {(method: string, path: string, body?: unknown) => Promise<{status: number, text: string, json: () => any}>}
 */
export function restClient({ origin, ca, token }) {
  return (method, path, body) =>
    new Promise((resolve, reject) => {
      const payload = body === undefined ? undefined : JSON.stringify(body);
      const headers = { authorization: `Bearer ${token}`, ...(payload ? { 'content-type': 'application/json' } : {}) };
      const request = https.request(new URL(path, origin), { method, ca, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode, text, json: () => JSON.parse(text) }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(payload);
    });
}
