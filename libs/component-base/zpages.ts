import { formatTime, type Instant } from '#apimachinery';
import type { VersionInfo } from './version.js';

const WARNING =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';
/** First parts of paths that are not for debugging (server/statusz/statusz.go nonDebuggingEndpoints). */
const NOT_DEBUGGING = new Set(['', 'apis', 'api', 'openid', 'openapi', '.well-known']);

/** The process that the pages are of. */
export interface PagedProcess {
  /** As it calls itself. */
  component: string;
  startedAt: Instant;
  /** Its command line. */
  words: readonly string[];
  version: VersionInfo;
  now: Instant;
  /** The paths that it serves. */
  paths: readonly string[];
}

interface Status {
  startTime: string;
  uptimeSeconds: number;
  goVersion: string;
  binaryVersion: string;
  emulationVersion: string;
  paths: string[];
}

function statusOf({ version, now, paths, startedAt }: PagedProcess): Status {
  const folders = new Set(paths.map((path) => path.split('/')[1] ?? '').filter((folder) => !NOT_DEBUGGING.has(folder)));
  return {
    startTime: formatTime(startedAt),
    uptimeSeconds: Math.max(0, Math.floor((now - startedAt) / 1000)),
    goVersion: version.goVersion,
    binaryVersion: version.gitVersion.replace(/^v/, ''),
    emulationVersion: `${version.emulationMajor}.${version.emulationMinor}`,
    paths: [...folders].map((folder) => `/${folder}`).sort(),
  };
}

/** Go's time.UnixDate: `Thu Jan  1 00:00:00 UTC 2026`. */
function unixDate(at: Instant): string {
  const [, day = '', date = '', month = '', year = '', time = ''] =
    /^(\w+), (\d+) (\w+) (\d+) (\S+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${day} ${month} ${String(Number(date)).padStart(2)} ${time} UTC ${year}`;
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

function statusText(process: PagedProcess): string {
  const { uptimeSeconds: up, goVersion, binaryVersion, emulationVersion, paths } = statusOf(process);
  const lines = [
    `Started: ${unixDate(process.startedAt)}`,
    `Up: ${Math.floor(up / 3600)} hr ${twoDigits(Math.floor(up / 60) % 60)} min ${twoDigits(up % 60)} sec`,
    `Go version: ${goVersion}`,
    `Binary version: ${binaryVersion}`,
    `Emulation version: ${emulationVersion}`,
    `Paths: ${paths.join(' ')}`,
  ];
  return `\n${lines.join('\n')}\n`;
}

/** The flags of the command line, by name. Upstream also lists the defaults of those that are not set. */
function flagsOf({ words }: PagedProcess): Record<string, string> {
  const flags = words.flatMap((word): Array<[string, string]> => {
    const [, name, value = 'true'] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(flags.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const flagsText = (process: PagedProcess): string =>
  Object.entries(flagsOf(process))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/** The pages with which components tell how they were started (apiserver/pkg/server/statusz, flagz). */
export const ZPAGES = {
  statusz: { kind: 'Statusz', text: statusText, object: (process: PagedProcess): object => statusOf(process) },
  flagz: { kind: 'Flagz', text: flagsText, object: (process: PagedProcess): object => ({ flags: flagsOf(process) }) },
} as const;

/** A page as text. */
export const zpageText = (name: keyof typeof ZPAGES, process: PagedProcess): string =>
  `\n${process.component} ${name}\n${WARNING}\n${ZPAGES[name].text(process)}`;
