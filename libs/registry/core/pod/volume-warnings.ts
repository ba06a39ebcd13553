import type { corev1 } from '#api';
import { append, goQuote } from '#apimachinery';
import { claimSpecWarnings } from '../persistent-volume-claim/warnings.js';

type Volume = corev1.Volume;

/** Removed or deprecated plugins, in upstream's order (pkg/api/pod/warnings.go); `path` if it differs from the field's name. */
const PLUGINS: ReadonlyArray<{ field: keyof Volume & string; text: string; path?: string }> = [
  { field: 'photonPersistentDisk', text: 'deprecated in v1.11, non-functional in v1.16+' },
  { field: 'gitRepo', text: 'deprecated in v1.11, and disabled by default in v1.33+' },
  { field: 'scaleIO', text: 'deprecated in v1.16, non-functional in v1.22+' },
  { field: 'flocker', text: 'deprecated in v1.22, non-functional in v1.25+' },
  { field: 'storageos', text: 'deprecated in v1.22, non-functional in v1.25+', path: 'storageOS' },
  { field: 'quobyte', text: 'deprecated in v1.22, non-functional in v1.25+' },
  { field: 'glusterfs', text: 'deprecated in v1.25, non-functional in v1.26+' },
  { field: 'cephfs', text: 'deprecated in v1.28, non-functional in v1.31+' },
  { field: 'rbd', text: 'deprecated in v1.28, non-functional in v1.31+' },
];

interface File {
  path: string;
  from: string;
}

/** A file of a volume: its path, which ends in a slash, and its position in the list. */
interface Entry {
  path: string;
  order: number;
  shown: string;
}

/** How much of a path is shown: Warning headers are truncated much earlier (libs/apiserver rest/warnings.ts). */
const LONGEST_SHOWN = 4096;
/** How many overlaps in one volume are looked at, and how many are reported: the headers are limited. */
const MOST_OVERLAPS = 20_000;
const MOST_WARNINGS = 256;

const shownFile = (path: string, from: string): string => {
  const quoted = goQuote(path.slice(0, LONGEST_SHOWN));
  return from ? `${quoted} (${from})` : quoted;
};

function withoutSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end--;
  return path.slice(0, end);
}

function entriesOf(files: readonly File[]): Entry[] {
  const entries: Entry[] = [];
  for (const [order, { path: given, from }] of files.entries()) {
    const path = withoutSlashes(given);
    if (path !== '') entries.push({ path: `${path}/`, order, shown: shownFile(path, from) });
  }
  return entries;
}

/**
 * Pairs in which one path is a prefix of the other, with the later file of the list first. When sorted, a path comes right before those
 * that begin with it.
 */
function overlappingPairs(entries: readonly Entry[]): Array<readonly [Entry, Entry]> {
  const pairs: Array<readonly [Entry, Entry]> = [];
  const above: Entry[] = [];
  for (const entry of entries.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : a.order - b.order))) {
    for (let top = above.at(-1); top && !entry.path.startsWith(top.path); top = above.at(-1)) above.pop();
    for (const other of above) {
      if (pairs.length >= MOST_OVERLAPS) break;
      pairs.push(other.order < entry.order ? [entry, other] : [other, entry]);
    }
    above.push(entry);
  }
  return pairs.sort(([a, b], [c, d]) => a.order - c.order || b.order - d.order);
}

/** Conflicting files of one volume: the same file, or a file in place of another's directory. */
function overlaps(files: readonly File[]): string[] {
  const texts = new Set<string>();
  for (const [file, other] of overlappingPairs(entriesOf(files))) {
    texts.add(`${file.shown} with ${other.shown}`);
    if (texts.size >= MOST_WARNINGS) break;
  }
  return [...texts];
}

const filesOf = (items: ReadonlyArray<{ path?: string }> | undefined, from: string): File[] =>
  (items ?? []).map(({ path = '' }) => ({ path, from }));

function projectedFiles({ configMap, secret, downwardAPI, serviceAccountToken: token }: corev1.VolumeProjection): File[] {
  if (configMap?.items) return filesOf(configMap.items, `ConfigMap ${goQuote(configMap.name ?? '')}`);
  if (secret?.items) return filesOf(secret.items, `Secret ${goQuote(secret.name ?? '')}`);
  if (downwardAPI?.items) return filesOf(downwardAPI.items, 'DownwardAPI');
  return token ? [{ path: token.path ?? '', from: 'ServiceAccountToken' }] : [];
}

function overlapWarnings(volume: Volume): string[] {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const warn = (what: string, files: readonly File[]): string[] =>
    overlaps(files).map((text) => `volume ${goQuote(name)} (${what}): overlapping paths: ${text}`);
  if (configMap?.items) return warn(`ConfigMap ${goQuote(configMap.name ?? '')}`, filesOf(configMap.items, ''));
  if (secret?.items) return warn(`Secret ${goQuote(secret.secretName ?? '')}`, filesOf(secret.items, ''));
  if (downwardAPI?.items) return warn('DownwardAPI', filesOf(downwardAPI.items, ''));
  const sources = projected?.sources ?? [];
  const empty = sources.filter((source) => Object.keys(source).length === 0);
  return [
    ...empty.map(() => `volume ${goQuote(name)} (Projected) has no sources provided`),
    ...warn('Projected', sources.flatMap(projectedFiles)),
  ];
}

/** Warnings for a pod's volumes. `at`: the path to the spec. */
export function volumeWarnings(volumes: readonly Volume[], at: string): string[] {
  const warnings: string[] = [];
  for (const [index, volume] of volumes.entries()) {
    for (const { field, text, path = field } of PLUGINS) {
      if (volume[field] !== undefined) warnings.push(`${at}.volumes[${index}].${path}: ${text}`);
    }
    const template = volume.ephemeral?.volumeClaimTemplate;
    if (template) append(warnings, claimSpecWarnings(template.spec, `${at}.volumes[${index}].ephemeral.volumeClaimTemplate.spec`));
  }
  return [...warnings, ...volumes.flatMap(overlapWarnings)];
}
