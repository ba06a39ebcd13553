import type { corev1 } from '#api';
import type { Clock } from '#apimachinery';
import { type ClusterReader, type HttpAnswer, type HttpCall, NoAnswer, type PodServer } from '#apiserver';
import { bareView, mountedFile, type ServedPort, servedPort } from '#node';
import { keyPair } from '#pki/server';

interface Surroundings {
  objects: ClusterReader;
  clock: Clock;
}

/** What the program on a port answers to a webhook's review. An answer that comes too late is not waited for. Throws NoAnswer. */
function answerOf(pod: corev1.Pod, served: ServedPort, { path, body, timeout }: HttpCall): HttpAnswer {
  const [plain = ''] = path.split('?');
  if (!served.answer) return { status: served.status?.(plain, 0) ?? 404, contentType: 'text/plain', body: '' };
  const headers = { 'content-type': 'application/json', accept: 'application/json, */*' };
  const request = { method: 'POST', target: path, headers, body: Buffer.from(body, 'utf8'), client: pod.status?.hostIP ?? '' };
  const answer = served.answer(request, bareView(pod));
  if ((answer.after ?? 0) >= timeout) throw new NoAnswer('context deadline exceeded');
  const text = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body).toString('utf8');
  return { status: answer.status, contentType: answer.headers['Content-Type'] ?? '', body: text };
}

/**
 * The program that listens on a port of a pod, with the certificate in the files that its container mounts. It reads them anew for each
 * connection, as programs do that watch their certificate; one that cannot use them has ended.
 */
export async function podServer(world: Surroundings, pod: corev1.Pod, port: number): Promise<PodServer | undefined> {
  const found = servedPort(pod, port);
  if (found === undefined) return undefined;
  const { port: served, container } = found;
  if (served.protocol !== 'http') throw new NoAnswer('EOF');
  const answer: PodServer['answer'] = (call) => answerOf(pod, served, call);
  if (!served.tls) return { answer };
  const read = (path: string) => mountedFile(world, { pod, container, path });
  const [certificate, key] = [await read(served.tls.certificate), await read(served.tls.key)];
  if (served.tls.optional && certificate === undefined && key === undefined) return { certificates: 'unknown', answer };
  const certificates = keyPair(certificate ?? '', key ?? '');
  return certificates && { certificates, answer };
}
