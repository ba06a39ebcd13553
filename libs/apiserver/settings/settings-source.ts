import type { corev1 } from '#api';
import { yamlToJson } from '#api/yaml';
import { Memo, serviceUnavailable } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import type { AdmissionPlugin } from '../admission/admission.js';
import { flagsOf, StartFailure } from './flags.js';
import { CONTROL_PLANE_NODE, FILES, fileKey, MANIFEST, type NodeFile } from './node-files.js';
import { kubeadmFlags, type ServerSettings, settingsOf } from './server-settings.js';

/** The settings of a manifest, or why the server does not come up. */
type Outcome = ServerSettings | StartFailure;

const MANIFEST_KEY = fileKey(CONTROL_PLANE_NODE, MANIFEST);

/** Manifests are small; whoever writes larger ones waits for them to be read each time they change. */
const compiled = new WeakMap<readonly AdmissionPlugin[], Memo<Outcome>>();

/** The pod in a manifest. Throws StartFailure: without one the kubelet runs no API server. */
export function manifestPod(text: string): corev1.Pod {
  const converted = yamlToJson(text);
  if ('error' in converted) throw new StartFailure(`could not process manifest file "${MANIFEST}": ${converted.error}`);
  const found: Partial<corev1.Pod> | null = JSON.parse(converted.json);
  if (found?.kind === 'Pod' && Array.isArray(found.spec?.containers) && found.spec.containers.length > 0) return found as corev1.Pod;
  throw new StartFailure(`could not process manifest file "${MANIFEST}": it contains no pod`);
}

function outcomeOf(make: () => ServerSettings): Outcome {
  try {
    return make();
  } catch (error) {
    if (error instanceof StartFailure) return error;
    throw error;
  }
}

/** A file as it was read: compared by identity, which changes with each write. */
type Seen = Array<readonly [key: string, file: CachedObject | undefined]>;

/**
 * What the manifest of the cluster's API server says, as of now: the files are part of the cluster's state, so every process follows them.
 * Without a file the server has kubeadm's flags, which costs one look into the cache.
 */
export class SettingsSource {
  private readonly fallback: Outcome;
  private outcome: Outcome;
  private seen: Seen = [[MANIFEST_KEY, undefined]];
  /** What was read while the cache was cold. */
  private readonly cold = new Map<string, CachedObject>();

  constructor(
    private readonly store: ClusterStore,
    private readonly plugins: readonly AdmissionPlugin[],
  ) {
    this.fallback = compiledOf(plugins).of('', () => settingsOf(kubeadmFlags(plugins), plugins, () => undefined));
    this.outcome = this.fallback;
  }

  /** Resolves when the manifest can be read; undefined if it can be now. */
  ready(): Promise<void> | undefined {
    return this.store.changeOf(FILES) === undefined ? this.readFiles() : undefined;
  }

  /** Throws 503 if the server is down. */
  current(): ServerSettings {
    const outcome = this.look();
    if (outcome instanceof StartFailure) throw serviceUnavailable('the server is currently unable to handle the request');
    return outcome;
  }

  /** Why the server is down; undefined if it is not. */
  failure(): string | undefined {
    const outcome = this.look();
    return outcome instanceof StartFailure ? outcome.message : undefined;
  }

  private look(): Outcome {
    for (const [key, file] of this.seen) if (this.file(key) !== file) return this.compile();
    return this.outcome;
  }

  private file(key: string): CachedObject | undefined {
    const file = this.store.peek(key);
    if (file !== undefined || this.cold.size === 0) return file;
    if (this.store.changeOf(FILES) !== undefined) this.cold.clear();
    return this.cold.get(key);
  }

  private compile(): Outcome {
    const manifest = this.file(MANIFEST_KEY);
    const seen: Seen = [[MANIFEST_KEY, manifest]];
    const text = contentOf(manifest);
    if (text === undefined) this.outcome = this.fallback;
    else {
      const read = (path: string): string | undefined => {
        const key = fileKey(CONTROL_PLANE_NODE, path);
        seen.push([key, this.file(key)]);
        return contentOf(this.file(key));
      };
      const { plugins } = this;
      const compile = () => outcomeOf(() => settingsOf(flagsOf(manifestPod(text)), plugins, read));
      // What depends on further files is not shared.
      this.outcome = /admission-control-config-file/.test(text) ? compile() : compiledOf(plugins).of(text, compile);
    }
    this.seen = seen;
    return this.outcome;
  }

  /** Reads the manifest, and the files that it turns out to need. */
  private async readFiles(): Promise<void> {
    for (const known = new Set<string>(); ; ) {
      const missing = this.seen.map(([key]) => key).filter((key) => !known.has(key));
      if (missing.length === 0) return;
      for (const key of missing) {
        const file = await this.store.get(key);
        if (file === undefined) this.cold.delete(key);
        else this.cold.set(key, file);
        known.add(key);
      }
      this.look();
    }
  }
}

const contentOf = (file: CachedObject | undefined): string | undefined => (file?.object as NodeFile | undefined)?.content;

function compiledOf(plugins: readonly AdmissionPlugin[]): Memo<Outcome> {
  const known = compiled.get(plugins) ?? new Memo<Outcome>({ bytes: 1024 * 1024, longest: 32 * 1024 });
  compiled.set(plugins, known);
  return known;
}
