import { serviceUnavailable } from '#apimachinery';
import type { ClusterStore } from '#cacher';
import type { AdmissionPlugin } from '../admission/admission.js';
import { StartFailure } from './flags.js';
import { type ManifestKind, ManifestSource, newCompiled } from './manifest-source.js';
import { MANIFEST } from './node-files.js';
import { kubeadmFlags, type ServerSettings, settingsOf } from './server-settings.js';

const kinds = new WeakMap<readonly AdmissionPlugin[], ManifestKind<ServerSettings>>();

function kindOf(plugins: readonly AdmissionPlugin[]): ManifestKind<ServerSettings> {
  const known = kinds.get(plugins) ?? {
    manifest: MANIFEST,
    compile: (flags, read) => settingsOf(flags, plugins, read),
    compiled: newCompiled(),
    fallback: settingsOf(kubeadmFlags(plugins), plugins, () => undefined),
  };
  kinds.set(plugins, known);
  return known;
}

/** What the manifest of the cluster's API server says, as of now. */
export class SettingsSource extends ManifestSource<ServerSettings> {
  constructor(store: ClusterStore, plugins: readonly AdmissionPlugin[]) {
    super(store, kindOf(plugins));
  }

  /** Throws 503 if the server is down. */
  current(): ServerSettings {
    const outcome = this.outcome();
    if (outcome instanceof StartFailure) throw serviceUnavailable('the server is currently unable to handle the request');
    return outcome;
  }
}
