import { createHash } from 'node:crypto';
import { Memo } from '#apimachinery';
import { agnhost } from './agnhost.js';
import { alpine } from './alpine.js';
import { artifact } from './artifacts.js';
import { busybox } from './busybox.js';
import { cloudControllerManager, kubeApiserver, kubeControllerManager, kubeProxy, kubeScheduler } from './control-plane.js';
import { coredns } from './coredns.js';
import { deviceDriver } from './device-driver.js';
import { devicePlugin } from './device-plugin.js';
import { endToEndTests } from './e2e-tests.js';
import { echoServer } from './echo-server.js';
import { etcd } from './etcd.js';
import { httpd } from './httpd.js';
import type { ImageDefinition } from './image.js';
import { kindnetd } from './kindnetd.js';
import { linux } from './linux.js';
import { kedaMetrics, metricsServer, prometheusAdapter } from './metrics-server.js';
import { mongo } from './mongo.js';
import { mysql } from './mysql.js';
import { nginx } from './nginx.js';
import { nginxUnprivileged } from './nginx-unprivileged.js';
import { orrery } from './orrery.js';
import { pause } from './pause.js';
import { pets } from './pets.js';
import { postgres } from './postgres.js';
import { redis } from './redis.js';
import type { ImageReference } from './reference.js';
import { resourceConsumer } from './resource-consumer.js';
import { runtimes } from './runtimes.js';
import { sampleApiserver } from './sample-apiserver.js';
import { serveHostname } from './serve-hostname.js';
import { storage } from './storage.js';
import { tools } from './tools.js';
import { looksReal, unknownImage } from './unknown.js';
import { webDemos } from './web-demos.js';

/** All images. To add one: a file beside this one, and a line here. */
export const images: readonly ImageDefinition[] = [
  agnhost,
  alpine,
  artifact,
  busybox,
  cloudControllerManager,
  coredns,
  deviceDriver,
  devicePlugin,
  echoServer,
  ...endToEndTests,
  etcd,
  httpd,
  kindnetd,
  kubeApiserver,
  kubeControllerManager,
  kubeProxy,
  kubeScheduler,
  linux,
  kedaMetrics,
  metricsServer,
  prometheusAdapter,
  mongo,
  mysql,
  nginx,
  nginxUnprivileged,
  ...orrery,
  pause,
  ...pets,
  postgres,
  redis,
  resourceConsumer,
  ...runtimes,
  sampleApiserver,
  serveHostname,
  ...storage,
  ...tools,
  ...webDemos,
];

const byRepository = new Map(images.flatMap((image) => image.repositories.map((repository) => [repository, image] as const)));

/** An image as it is in a registry. */
export interface FoundImage {
  definition: ImageDefinition;
  /** Bytes to pull. */
  size: number;
  /** `docker.io/library/nginx@sha256:…`. */
  imageID: string;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const found = new Memo<FoundImage | undefined>();

/** Looks up an image; undefined if its repository or tag does not exist. Any digest of a known repository exists. */
export function findImage(reference: ImageReference): FoundImage | undefined {
  return found.of(reference.full, () => lookUp(reference));
}

function lookUp(reference: ImageReference): FoundImage | undefined {
  const definition = byRepository.get(reference.repository) ?? unknownImage(reference);
  if (!definition || (reference.digest === undefined && !definition.tags(reference.tag))) return undefined;
  const digest = reference.digest ?? `sha256:${sha256(`${definition.repositories[0]}:${reference.tag}`)}`;
  // Other tags have a slightly different size.
  const size = Math.round(definition.size * (0.97 + 0.06 * (Number.parseInt(digest.slice(7, 11), 16) / 65_536)));
  return { definition, size, imageID: `${reference.repository}@${digest}` };
}

/** The error of pulling an image that does not exist, in containerd's words as passed on by the kubelet. */
export function pullError(reference: ImageReference): string {
  const { full, repository } = reference;
  const failed = `failed to pull and unpack image "${full}": failed to resolve reference "${full}":`;
  if (byRepository.has(repository) || looksReal(reference)) return `rpc error: code = NotFound desc = ${failed} ${full}: not found`;
  const host = repository.slice(0, repository.indexOf('/'));
  if (host === 'docker.io')
    return `rpc error: code = Unknown desc = ${failed} pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
  if (host === 'registry.k8s.io' || host === 'quay.io' || host === 'ghcr.io' || host === 'gcr.io' || host === 'public.ecr.aws')
    return `rpc error: code = NotFound desc = ${failed} ${full}: not found`;
  const url = `https://${host}/v2/${repository.slice(host.length + 1)}/manifests/${reference.digest ?? reference.tag}`;
  return `rpc error: code = Unknown desc = ${failed} failed to do request: Head "${url}": dial tcp: lookup ${host.replace(/:\d+$/, '')}: no such host`;
}
