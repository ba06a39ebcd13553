import type { Program } from './program.js';
import type { TagRule } from './tags.js';

/** How a program is called. */
export interface Call {
  /** Arguments after the program's name. */
  args: readonly string[];
  /** Whether an environment variable is set, as far as that is known: a ConfigMap or Secret may bring any. */
  has(name: string): boolean;
  /** The environment variables that the container's spec gives, those with a value from elsewhere as empty. */
  variables: ReadonlyMap<string, string>;
}

/** An executable of an image: what calling it does. */
export type Executable = (call: Call) => Program;

/** A container image: one small file each, and a line in catalogue.ts. */
export interface ImageDefinition {
  /** Where it is found, host included: `docker.io/library/nginx`. The first is its own name, the others are mirrors. */
  repositories: readonly string[];
  /** Which tags exist. */
  tags: TagRule;
  /** Compressed size in bytes, about. */
  size: number;
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  /** Its own executables by name; those of a common shell image come on top where `shell` is set. */
  executables?: Readonly<Record<string, Executable>>;
  /** Has /bin/sh and the usual small commands. */
  shell?: boolean;
  /** User id the image runs as; default 0. */
  user?: number;
}
