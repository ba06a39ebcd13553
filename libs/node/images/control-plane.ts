import { failureStatus, goQuote } from '#apimachinery';
import { flagOf } from './flags.js';
import type { Executable, ImageDefinition } from './image.js';
import { type HttpAnswer, type HttpRequest, pathOf, plain, type ServedPort, serve, tcp } from './program.js';
import { tags } from './tags.js';

const versions = tags({ versions: { 1: [20, 36] } });
const HEALTH = ['/healthz', '/livez', '/readyz', '/version'];

/** A port that serves these paths. */
const health = (port: number, paths: readonly string[] = HEALTH): ServedPort => ({
  port,
  protocol: 'http',
  status: (path) => (paths.includes(path.split('?')[0] ?? '') ? 200 : 404),
});

/** What everybody may read of a component (--authorization-always-allow-paths). */
const ALWAYS_ALLOWED: readonly string[] = ['/healthz', '/readyz', '/livez'];

function refused(code: 401 | 403, reason: 'Unauthorized' | 'Forbidden', message: string): HttpAnswer {
  const status = failureStatus({ code, reason, message, ...(code === 403 && { details: {} }) });
  return { status: code, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(status)}\n` };
}

/** What a component answers on its secure port. Tokens are not reviewed: whoever has one is as unknown as others are. */
function answer(request: HttpRequest): HttpAnswer {
  const path = pathOf(request);
  if (ALWAYS_ALLOWED.includes(path)) return plain('ok');
  if (request.headers.authorization !== undefined) return refused(401, 'Unauthorized', 'Unauthorized');
  const verb = request.method.toLowerCase();
  return refused(403, 'Forbidden', `forbidden: User "system:anonymous" cannot ${verb} path ${goQuote(path)}`);
}

/** The secure port of a component, with a certificate that it makes for itself; kubeadm lets it listen on the loopback address only. */
const secured = (port: number, args: readonly string[]): ServedPort => ({
  port,
  protocol: 'http',
  status: (path) => (ALWAYS_ALLOWED.includes(path) ? 200 : 403),
  answer,
  tls: { certificate: '', key: '', optional: true },
  loopback: flagOf(args, '--bind-address') === '127.0.0.1',
});

function component(name: string, size: number, program: Executable): ImageDefinition {
  return {
    repositories: [`registry.k8s.io/${name}`, `k8s.gcr.io/${name}`],
    tags: versions,
    size,
    executables: { [name]: program },
    entrypoint: [name],
  };
}

/** The API server. */
export const kubeApiserver = component('kube-apiserver', 30_111_492, () => serve([health(6443)]));
/** The controller manager. */
export const kubeControllerManager = component('kube-controller-manager', 27_679_076, ({ args }) => serve([secured(10257, args)]));
/** The scheduler. */
export const kubeScheduler = component('kube-scheduler', 21_136_588, ({ args }) => serve([secured(10259, args)]));
/** The service proxy of every node. */
export const kubeProxy = component('kube-proxy', 31_468_661, () => serve([health(10256, ['/healthz', '/livez']), tcp(10249)]));
