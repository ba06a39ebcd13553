import type { Fault } from './fault.js';
import { contentOf, type Files } from './manifest-troubles.js';

const manifestOf = ({ component }: Pick<Fault, 'component'>): string => `/etc/kubernetes/manifests/${component}.yaml`;
/** Where the manifest is kept as it was: the kubelet looks at no hidden files. */
const backupOf = ({ component, id }: Pick<Fault, 'component' | 'id'>): string => `/etc/kubernetes/manifests/.${component}.yaml.${id}`;

/** What is changed on a node when the manifest of a component is corrupted: a colon is lost, so that it is no YAML any more. */
export function corruptedManifest(fault: Fault, files: Files): Map<string, string | undefined> {
  const text = contentOf(files.get(manifestOf(fault)));
  if (text === undefined) return new Map();
  return new Map([
    [backupOf(fault), text],
    [manifestOf(fault), text.replace(/^( *containers):/m, '$1').replace(/^apiVersion:/m, 'apiVersion')],
  ]);
}

/** What is changed when the fault is healed. */
export function restoredManifest(fault: Fault, files: Files): Map<string, string | undefined> {
  const text = contentOf(files.get(backupOf(fault)));
  if (text === undefined) return new Map();
  return new Map([
    [manifestOf(fault), text],
    [backupOf(fault), undefined],
  ]);
}
