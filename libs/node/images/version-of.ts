import type { ProgramView } from './program.js';

/** The version of a component of Kubernetes: the tag of its image. */
export function versionOf({ image = '' }: ProgramView): string {
  const [, tag] = /:(v\d+\.\d+\.\d+)(?:@|$)/.exec(image) ?? [];
  return tag ?? 'v1.36.2';
}
