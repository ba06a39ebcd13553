import type { Program } from './program.js';
import type { TagRule } from './tags.js';

/** What a program may do in its container. */
export interface Rights {
  readonly uid: number;
  /** Whether it may change the owners of files. */
  readonly chown: boolean;
  /** Whether its image's files cannot be written. */
  readonly readOnlyRoot: boolean;
  /** Where volumes are mounted that can be written. */
  readonly writable: readonly string[];
}

/** How a program is executed. */
export interface Call {
  /** Arguments after the program's name. */
  args: readonly string[];
  /** Whether an environment variable is set, as far as that is known: a ConfigMap or Secret may contain any variable. */
  has(name: string): boolean;
  /** The environment variables in the container's spec; those with a value from elsewhere are empty. */
  variables: ReadonlyMap<string, string>;
  /** Unset: all that root may. */
  rights?: Rights | undefined;
}

/** An executable of an image: returns what running it does. */
export type Executable = (call: Call) => Program;

/** What an image is built on. */
export type System = 'debian' | 'alpine' | 'busybox';

/** What /etc/passwd and /etc/group say. */
export interface Accounts {
  readonly users: ReadonlyArray<{ readonly name: string; readonly uid: number; readonly gid: number }>;
  readonly groups: ReadonlyArray<{ readonly name: string; readonly gid: number; readonly members: readonly string[] }>;
}

/** A container image: one small file each, and a line in catalogue.ts. */
export interface ImageDefinition {
  /** Its repositories including the host: `docker.io/library/nginx`. The first is its own, the others are mirrors. */
  repositories: readonly string[];
  /** Which tags exist. */
  tags: TagRule;
  /** Approximate compressed size in bytes. */
  size: number;
  entrypoint?: readonly string[];
  cmd?: readonly string[];
  /** Its own executables by name; those of a common shell image are added if `shell` is set. */
  executables?: Readonly<Record<string, Executable>>;
  /** Its programs are not known: it has any, and each serves the ports that the container declares. */
  anyProgram?: boolean;
  /** Has /bin/sh and the usual small commands. */
  shell?: boolean;
  /** User id that the image runs as; default 0. */
  user?: number;
  /** Files of its root file system, by path, besides those every image has. */
  files?: Readonly<Record<string, string>>;
  /** Environment variables that it sets. */
  env?(tag: string): Readonly<Record<string, string>>;
  workingDir?: string;
  /** What it is built on, whatever its tag says; default Debian, or Alpine if the tag names it. */
  system?: System;
  /** Its users and groups besides those of its system. */
  accounts?(system: System): Accounts;
}
