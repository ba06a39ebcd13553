import type { corev1 } from '#api';
import { yamlToJson } from '#api/yaml';
import { deepFreeze, Memo } from '#apimachinery';
import type { CachedObject, ClusterStore } from '#cacher';
import { CONTROL_PLANE_KEY, controlPlaneNodes } from './control-plane-nodes.js';
import { type Flags, flagsOf, StartFailure } from './flags.js';
import { FILES, fileKey, type NodeFile, type ReadFile } from './node-files.js';

/** Characters of a manifest that is read: they are parsed at a stretch. */
const LONGEST = 64 * 1024;

/** The pod of a manifest, frozen, or why there is none; by its text: those of most clusters are kubeadm's. */
const pods = new Memo<{ pod: corev1.Pod } | { error: string }>({ bytes: 1024 * 1024, longest: 32 * 1024 });

function readPod(text: string): { pod: corev1.Pod } | { error: string } {
  const converted = yamlToJson(text);
  if ('error' in converted) return converted;
  const found: Partial<corev1.Pod> | null = JSON.parse(converted.json);
  const isPod = found?.kind === 'Pod' && Array.isArray(found.spec?.containers) && found.spec.containers.length > 0;
  return isPod ? { pod: deepFreeze(found as corev1.Pod) } : { error: 'it contains no pod' };
}

/** The pod in a manifest; it is shared. Throws StartFailure: without one the kubelet runs no such component. */
export function manifestPod(text: string, path: string): corev1.Pod {
  if (text.length > LONGEST) throw new StartFailure(`could not process manifest file "${path}": the read limit is reached`);
  const found = pods.of(text, readPod);
  if ('error' in found) throw new StartFailure(`could not process manifest file "${path}": ${found.error}`);
  return found.pod;
}

/** What a manifest says, or why the component does not come up. */
type Outcome<S extends object> = S | StartFailure;

/** Outcomes by the text of the manifest; undefined for those that depend on further files, which are not shared. */
export type Compiled<S extends object> = Memo<Outcome<S> | undefined>;

/** Manifests are small; whoever writes larger ones waits for them to be read each time they change. */
export const newCompiled = <S extends object>(): Compiled<S> => new Memo({ bytes: 1024 * 1024, longest: 32 * 1024 });

/** A component of the control plane, and how its flags are read. */
export interface ManifestKind<S extends object> {
  /** The path of its manifest. */
  manifest: string;
  /** Throws StartFailure. */
  compile(flags: Flags, read: ReadFile): S;
  /** What is compiled is shared by all clusters with the same manifest. */
  compiled: Compiled<S>;
  /** What kubeadm's manifest says, which counts while there is no file. */
  fallback: S;
}

function outcomeOf<S extends object>(make: () => S): Outcome<S> {
  try {
    return make();
  } catch (error) {
    if (error instanceof StartFailure) return error;
    throw error;
  }
}

/** Which files an outcome was read from: those of a node, as of the newest of them. */
export interface Origin {
  node: string;
  revision: number;
}

/** A file as it was read: compared by identity, which changes with each write. */
type Seen = Array<readonly [key: string, file: CachedObject | undefined]>;

/**
 * What the manifest of a component says, as of now: the files are part of the cluster's state, so every process follows them. Without a file
 * this costs two looks into the cache. Of several nodes of the control plane the first counts on which the component is up.
 */
export class ManifestSource<S extends object> {
  private result: Outcome<S>;
  /** The node that the result is of. */
  private node: string | undefined;
  private seen: Seen = [];
  /** What was read while the cache was cold. */
  private readonly cold = new Map<string, CachedObject>();
  /** Whether it was read, while the cache was cold, which nodes run the control plane. */
  private nodesKnown = false;

  constructor(
    private readonly store: ClusterStore,
    private readonly kind: ManifestKind<S>,
  ) {
    this.result = this.compile();
  }

  /** Resolves when the manifest can be read; undefined if it can be now. */
  ready(): Promise<void> | undefined {
    return this.store.changeOf(FILES) === undefined ? this.readFiles() : undefined;
  }

  /** What the manifest says; a StartFailure if the component is down. */
  outcome(): Outcome<S> {
    for (const [key, file] of this.seen)
      if (this.file(key) !== file) {
        this.result = this.compile();
        break;
      }
    return this.result;
  }

  /** Why the component is down; undefined if it is not. */
  failure(): string | undefined {
    const outcome = this.outcome();
    return outcome instanceof StartFailure ? outcome.message : undefined;
  }

  /** What the current outcome was read from; undefined if the component is down, or there are no files. */
  origin(): Origin | undefined {
    const { node } = this;
    if (node === undefined) return undefined;
    const own = fileKey(node, '/');
    const revision = Math.max(0, ...this.seen.map(([key, file]) => (key.startsWith(own) ? (file?.revision ?? 0) : 0)));
    return revision === 0 ? undefined : { node, revision };
  }

  /** The outcome that was read from there: as of `at`, if the files were still the same then. Throws Compacted. */
  async past(origin: Origin, at: number): Promise<Outcome<S>> {
    const { outcome, revision } = await this.outcomeAt(origin.node, Math.max(at, origin.revision));
    return revision === origin.revision ? outcome : (await this.outcomeAt(origin.node, origin.revision)).outcome;
  }

  private async outcomeAt(node: string, at: number): Promise<{ outcome: Outcome<S>; revision: number }> {
    const files = new Map<string, CachedObject | undefined>();
    for (;;) {
      const missing: string[] = [];
      const outcome = this.outcomeWith((path) => {
        const key = fileKey(node, path);
        if (!files.has(key)) missing.push(key);
        return contentOf(files.get(key));
      }, true);
      if (missing.length === 0) return { outcome, revision: Math.max(0, ...[...files.values()].map((file) => file?.revision ?? 0)) };
      for (const key of missing) files.set(key, await this.store.past(key, at));
    }
  }

  private file(key: string): CachedObject | undefined {
    const file = this.store.peek(key);
    if (file !== undefined || (this.cold.size === 0 && !this.nodesKnown)) return file;
    if (this.store.changeOf(FILES) !== undefined) {
      this.cold.clear();
      this.nodesKnown = false;
    }
    return this.cold.get(key);
  }

  private compile(): Outcome<S> {
    const row = this.file(CONTROL_PLANE_KEY);
    this.seen = [[CONTROL_PLANE_KEY, row]];
    const failures: StartFailure[] = [];
    this.node = undefined;
    for (const node of controlPlaneNodes(row)) {
      const outcome = this.compileOn(node, row !== undefined);
      if (outcome instanceof StartFailure) failures.push(outcome);
      else {
        this.node = node;
        return outcome;
      }
    }
    return failures[0] ?? this.kind.fallback;
  }

  /** What the manifest on a node says; notes what was read. `written`: whether kubeadm's manifests are files of the cluster. */
  private compileOn(node: string, written: boolean): Outcome<S> {
    const { seen } = this;
    return this.outcomeWith((path) => {
      const key = fileKey(node, path);
      const file = this.file(key);
      seen.push([key, file]);
      return contentOf(file);
    }, written);
  }

  private outcomeWith(read: ReadFile, written: boolean): Outcome<S> {
    const { kind } = this;
    const text = read(kind.manifest);
    if (text === undefined) return written ? new StartFailure(`there is no file ${kind.manifest}`) : kind.fallback;
    let others = 0;
    const counting: ReadFile = (path) => {
      others += 1;
      return read(path);
    };
    const compile = (using: ReadFile) => outcomeOf(() => kind.compile(flagsOf(manifestPod(text, kind.manifest)), using));
    const shared = kind.compiled.of(text, () => {
      const outcome = compile(counting);
      return others === 0 ? outcome : undefined;
    });
    return shared ?? compile(read);
  }

  /** What the manifest in these files of a node says. */
  outcomeIn(read: ReadFile): Outcome<S> {
    return this.outcomeWith(read, true);
  }

  /** Why the component does not come up on a node with these files; undefined if it does. */
  failureWith(read: ReadFile): string | undefined {
    const outcome = this.outcomeIn(read);
    return outcome instanceof StartFailure ? outcome.message : undefined;
  }

  /** Reads the manifest, and the files that it turns out to need. */
  private async readFiles(): Promise<void> {
    // Which nodes run the control plane does not change: it is read once.
    for (const known = new Set(this.nodesKnown ? [CONTROL_PLANE_KEY] : []); ; ) {
      const missing = this.seen.map(([key]) => key).filter((key) => !known.has(key));
      if (missing.length === 0) break;
      await Promise.all(missing.map((key) => this.readFile(key)));
      for (const key of missing) known.add(key);
      this.outcome();
    }
    this.nodesKnown = true;
  }

  private async readFile(key: string): Promise<void> {
    const file = await this.store.get(key);
    if (file === undefined) this.cold.delete(key);
    else this.cold.set(key, file);
  }
}

const contentOf = (file: CachedObject | undefined): string | undefined => (file?.object as NodeFile | undefined)?.content;
