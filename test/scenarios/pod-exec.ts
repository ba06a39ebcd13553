import type { ApiServer } from '#apiserver';

const user = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** What kubectl exec prints. */
export async function execIn(api: ApiServer, pod: { namespace: string; name: string }, command: readonly string[]): Promise<string> {
  const query = new URLSearchParams({ stdout: 'true', stderr: 'true' });
  for (const word of command) query.append('command', word);
  const response = await api.handle({
    method: 'GET',
    path: `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/exec`,
    query: query.toString(),
    headers: {
      ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
      ...{ 'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-protocol': 'v4.channel.k8s.io' },
    },
    user,
    requestId: 'r',
  });
  let text = '';
  await new Promise<void>((resolve) => {
    const handler = response.takeover?.start({
      send: (data) => {
        const message = Buffer.from(data as Uint8Array);
        if (message[0] === 1 || message[0] === 2) text += message.subarray(1).toString();
        return true;
      },
      pause: () => undefined,
      resume: () => undefined,
      close: () => {
        handler?.closed();
        resolve();
      },
    });
  });
  return text;
}
