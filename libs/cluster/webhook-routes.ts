import type { corev1 } from '#api';
import { type HttpAnswer, type HttpCall, NoAnswer } from '#apiserver';
import { bareView, servedPort } from '#node';

/**
 * What the program on a port of a pod answers to a webhook's review; undefined if nothing listens there. An answer that comes too late is
 * not waited for. Throws NoAnswer.
 */
export function answerOfPod(pod: corev1.Pod, port: number, { path, body, timeout }: HttpCall): HttpAnswer | undefined {
  const served = servedPort(pod, port);
  if (served === undefined) return undefined;
  if (served.protocol !== 'http') throw new NoAnswer('EOF');
  if (!served.tls) throw new NoAnswer('http: server gave HTTP response to HTTPS client');
  const [plain = ''] = path.split('?');
  if (!served.answer) return { status: served.status?.(plain, 0) ?? 404, contentType: 'text/plain', body: '' };
  const headers = { 'content-type': 'application/json', accept: 'application/json, */*' };
  const request = { method: 'POST', target: path, headers, body: Buffer.from(body, 'utf8'), client: pod.status?.hostIP ?? '' };
  const answer = served.answer(request, bareView(pod));
  if ((answer.after ?? 0) >= timeout) throw new NoAnswer('context deadline exceeded');
  const text = typeof answer.body === 'string' ? answer.body : Buffer.from(answer.body).toString('utf8');
  return { status: answer.status, contentType: answer.headers['Content-Type'] ?? '', body: text };
}
