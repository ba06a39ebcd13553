import type { corev1 } from '#api';
import { goQuote } from '#apimachinery';
import { claimSpecWarnings } from '../persistent-volume-claim/warnings.js';

type Volume = corev1.Volume;

/** Plugins that are gone or going, in upstream's order (pkg/api/pod/warnings.go); `path` where it is not the field's name. */
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

const shown = ({ path, from }: File): string => (from ? `${goQuote(path)} (${from})` : goQuote(path));

/** Files of one volume that stand in each other's way: the same one, or one in the place of another's directory. */
function overlaps(files: readonly File[]): string[] {
  const warnings: string[] = [];
  const before: File[] = [];
  for (const { path: given, from } of files) {
    const file = { path: given.replace(/\/+$/, ''), from };
    for (const other of file.path === '' ? [] : before) {
      if (other.path === '') continue;
      const [one, two] = [`${file.path}/`, `${other.path}/`];
      if (one.startsWith(two) || two.startsWith(one)) warnings.push(`${shown(file)} with ${shown(other)}`);
    }
    before.push(file);
  }
  return warnings;
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

/** Warnings of a pod's volumes. `at`: the path to the spec. */
export function volumeWarnings(volumes: readonly Volume[], at: string): string[] {
  const warnings: string[] = [];
  for (const [index, volume] of volumes.entries()) {
    for (const { field, text, path = field } of PLUGINS) {
      if (volume[field] !== undefined) warnings.push(`${at}.volumes[${index}].${path}: ${text}`);
    }
    const template = volume.ephemeral?.volumeClaimTemplate;
    if (template) warnings.push(...claimSpecWarnings(template.spec, `${at}.volumes[${index}].ephemeral.volumeClaimTemplate.spec`));
  }
  return [...warnings, ...volumes.flatMap(overlapWarnings)];
}
