import type { ImageDefinition } from './image.js';
import { type Program, serve, tcp } from './program.js';
import { tags } from './tags.js';

const versions = tags({ versions: { 1: [20, 36] } });
const HEALTH = ['/healthz', '/livez', '/readyz', '/metrics', '/version'];

/** An https port that serves the health endpoints. */
const health = (port: number) => ({
  port,
  protocol: 'http' as const,
  status: (path: string) => (HEALTH.includes(path.split('?')[0] ?? '') ? 200 : 404),
});

function component(name: string, size: number, program: () => Program): ImageDefinition {
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
export const kubeControllerManager = component('kube-controller-manager', 27_679_076, () => serve([health(10257)]));
/** The scheduler. */
export const kubeScheduler = component('kube-scheduler', 21_136_588, () => serve([health(10259)]));
/** The service proxy of every node. */
export const kubeProxy = component('kube-proxy', 31_468_661, () => serve([health(10256), tcp(10249)]));
