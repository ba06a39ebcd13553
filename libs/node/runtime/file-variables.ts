import type { corev1 } from '#api';
import { FileError, FileSystem } from '../files/file-system.js';
import type { DirectoryNode } from '../files/nodes.js';
import { envFileValue } from '../pod/env-file.js';
import type { Body } from '../shell/kernel.js';
import type { Container } from './container.js';
import { WRITABLE_BYTES } from './limits.js';

/** Variables of a container whose values stand in files of its pod's volumes (fileKeyRef), as of its creation. */

/** Whether a container has such variables. */
export const readsFiles = ({ env }: corev1.Container): boolean => env?.some(({ valueFrom }) => valueFrom?.fileKeyRef) === true;

/** The text of a file; undefined if there is none. */
function textOf(directory: DirectoryNode | undefined, path: string): string | undefined {
  if (directory === undefined) return undefined;
  try {
    const bytes = new FileSystem(directory, { now: () => 0, limit: WRITABLE_BYTES }).read(`/${path}`);
    return Buffer.from(bytes, 'latin1').toString('utf8');
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

/** The variables by name, or why the container is not created (kubelet_pods.go makeEnvironmentVariables). */
export function fileVariables(
  { metadata }: corev1.Pod,
  { env = [] }: corev1.Container,
  volume: (name: string) => DirectoryNode | undefined,
): { values: ReadonlyMap<string, string> } | { error: string } {
  const values = new Map<string, string>();
  for (const { name, valueFrom } of env) {
    const { volumeName, path, key, optional } = valueFrom?.fileKeyRef ?? {};
    if (volumeName === undefined || path === undefined || key === undefined) continue;
    const directory = volume(volumeName);
    if (!directory) return { error: `cannot find the volume ${JSON.stringify(volumeName)} referenced by FileKeyRef` };
    const text = textOf(directory, path);
    const value = text === undefined ? undefined : envFileValue(text, key);
    if (value === undefined) return { error: "couldn't parse env file" };
    const file = `/var/lib/kubelet/pods/${metadata.uid}/volumes/kubernetes.io~empty-dir/${volumeName}/${path}`;
    if (value !== '') values.set(name, value);
    else if (!optional) return { error: `environment variable key ${JSON.stringify(key)} not found in file ${JSON.stringify(file)}` };
  }
  return { values };
}

/** Process 1 of a container, which begins with what the files hold by then. */
export function* withFileVariables(container: Container, volume: (name: string) => DirectoryNode | undefined, main: Body): Body {
  const found = fileVariables(container.pod, container.spec, volume);
  if ('values' in found) container.addVariables(found.values);
  return yield* main;
}
