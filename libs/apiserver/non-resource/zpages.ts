import type { corev1 } from '#api';
import { formatTime, type Instant, parseTime } from '#apimachinery';
import { objectResponse } from '../endpoints/responses.js';
import { negotiateZpage } from '../request/negotiation.js';
import { type ApiRequest, type ApiResponse, headerOf } from '../request/request.js';
import type { VersionInfo } from './non-resource.js';

/** The name that upstream's generic server gives itself here (server/genericapiserver.go PrepareRun). */
const COMPONENT = 'apiserver';
const WARNING =
  'Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.';
/** First parts of paths that are not for debugging (server/statusz/statusz.go nonDebuggingEndpoints). */
const NOT_DEBUGGING = new Set(['', 'apis', 'api', 'openid', 'openapi', '.well-known']);

/** What the pages show. */
export interface Zpages {
  /** The API server's static pod; undefined if there is none. */
  server: corev1.Pod | undefined;
  version: VersionInfo;
  now: Instant;
  /** The paths that `/` lists. */
  paths: readonly string[];
}

function startOf({ server, now }: Zpages): Instant {
  const started = server?.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? server?.status?.startTime;
  return (started === undefined ? undefined : parseTime(started)) ?? now;
}

interface Status {
  startTime: string;
  uptimeSeconds: number;
  goVersion: string;
  binaryVersion: string;
  emulationVersion: string;
  paths: string[];
}

function statusOf(pages: Zpages): Status {
  const { version, now, paths } = pages;
  const start = startOf(pages);
  const folders = new Set(paths.map((path) => path.split('/')[1] ?? '').filter((folder) => !NOT_DEBUGGING.has(folder)));
  return {
    startTime: formatTime(start),
    uptimeSeconds: Math.max(0, Math.floor((now - start) / 1000)),
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

function statusText(pages: Zpages): string {
  const { uptimeSeconds: up, goVersion, binaryVersion, emulationVersion, paths } = statusOf(pages);
  const lines = [
    `Started: ${unixDate(startOf(pages))}`,
    `Up: ${Math.floor(up / 3600)} hr ${twoDigits(Math.floor(up / 60) % 60)} min ${twoDigits(up % 60)} sec`,
    `Go version: ${goVersion}`,
    `Binary version: ${binaryVersion}`,
    `Emulation version: ${emulationVersion}`,
    `Paths: ${paths.join(' ')}`,
  ];
  return `\n${lines.join('\n')}\n`;
}

/** The flags of the server's manifest, by name. Upstream also lists the defaults of those that are not set. */
function flagsOf({ server }: Zpages): Record<string, string> {
  const { command = [], args = [] } = server?.spec.containers[0] ?? {};
  const flags = [...command, ...args].flatMap((word): Array<[string, string]> => {
    const [, name, value = 'true'] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    return name === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(flags.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const flagsText = (pages: Zpages): string =>
  Object.entries(flagsOf(pages))
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

const PAGES = {
  statusz: { kind: 'Statusz', text: statusText, object: (pages: Zpages): object => statusOf(pages) },
  flagz: { kind: 'Flagz', text: flagsText, object: (pages: Zpages): object => ({ flags: flagsOf(pages) }) },
} as const;

/**
 * Answers /statusz and /flagz: as text, or as a Statusz or Flagz of config.k8s.io if the client asks for one (apiserver/pkg/server/statusz,
 * flagz). Throws 406.
 */
export function zpageResponse(name: keyof typeof PAGES, request: ApiRequest, pages: Zpages): ApiResponse {
  const { kind, text, object } = PAGES[name];
  const { encoding, version } = negotiateZpage(headerOf(request, 'accept'), kind);
  if (encoding === 'text') {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    return { status: 200, headers, body: `\n${COMPONENT} ${name}\n${WARNING}\n${text(pages)}` };
  }
  const deprecated = `This version of the ${name} endpoint is deprecated. Please use a newer version.`;
  const answer = { kind, apiVersion: `config.k8s.io/${version}`, metadata: { name: COMPONENT }, ...object(pages) };
  return objectResponse(answer, {
    negotiated: { encoding, pretty: false },
    status: 200,
    warnings: version === 'v1alpha1' ? [deprecated] : [],
  });
}
