import type { corev1 } from '#api';
import { type HttpAnswer, type HttpCall, NoAnswer } from '#apiserver';
import { servedPort } from '#node';

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
  const { after = 0, ...answer } = served.answer({ method: 'POST', path: plain, body });
  if (after >= timeout) throw new NoAnswer('context deadline exceeded');
  return answer;
}
