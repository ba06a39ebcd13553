import type { ResourceInfo } from '#api';

/** The resource that a text names, as kubectl takes it: by plural, singular, kind or short name in any case, with or without its group. */
export function resourceNamed(served: readonly ResourceInfo[], text: string): ResourceInfo | undefined {
  const [short = '', ...group] = text.toLowerCase().split('.');
  return served.find(
    (info) =>
      [info.resource, info.singular, info.kind.toLowerCase(), ...(info.shortNames ?? [])].includes(short) &&
      (group.length === 0 || info.group === group.join('.')),
  );
}
