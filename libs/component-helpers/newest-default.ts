import type { KubeObject } from '#apimachinery';

/** Of the objects that an annotation marks as the default, the newest; of several created at the same time, the first by name. */
export function newestDefault<T extends KubeObject>(objects: readonly T[], annotations: readonly string[]): T | undefined {
  const created = ({ metadata }: T) => metadata.creationTimestamp ?? '';
  const marked = objects.filter(({ metadata }) => annotations.some((annotation) => metadata.annotations?.[annotation] === 'true'));
  return marked.sort((a, b) => {
    if (created(a) !== created(b)) return created(a) > created(b) ? -1 : 1;
    return a.metadata.name < b.metadata.name ? -1 : 1;
  })[0];
}
