import type { corev1 } from '#api';
import { type Instant, parseTime } from '#apimachinery';
import { type PagedProcess, type VersionInfo, ZPAGES, zpageText } from '#component-base';
import { objectResponse } from '../endpoints/responses.js';
import { negotiateZpage } from '../request/negotiation.js';
import { type ApiRequest, type ApiResponse, headerOf } from '../request/request.js';

/** The name that upstream's generic server gives itself here (server/genericapiserver.go PrepareRun). */
const COMPONENT = 'apiserver';

/** What the pages show. */
export interface Zpages {
  /** The API server's static pod; undefined if there is none. */
  server: corev1.Pod | undefined;
  version: VersionInfo;
  now: Instant;
  /** The paths that `/` lists. */
  paths: readonly string[];
}

function processOf({ server, ...shown }: Zpages): PagedProcess {
  const started = server?.status?.containerStatuses?.[0]?.state?.running?.startedAt ?? server?.status?.startTime;
  const { command = [], args = [] } = server?.spec.containers[0] ?? {};
  const startedAt = (started === undefined ? undefined : parseTime(started)) ?? shown.now;
  return { component: COMPONENT, startedAt, words: [...command, ...args], ...shown };
}

/**
 * Answers /statusz and /flagz: as text, or as a Statusz or Flagz of config.k8s.io if the client asks for one (apiserver/pkg/server/statusz,
 * flagz). Throws 406.
 */
export function zpageResponse(name: keyof typeof ZPAGES, request: ApiRequest, pages: Zpages): ApiResponse {
  const { kind, object } = ZPAGES[name];
  const { encoding, version } = negotiateZpage(headerOf(request, 'accept'), kind);
  const process = processOf(pages);
  if (encoding === 'text') {
    const headers = { 'content-type': 'text/plain; charset=utf-8' };
    return { status: 200, headers, body: zpageText(name, process) };
  }
  const deprecated = `This version of the ${name} endpoint is deprecated. Please use a newer version.`;
  const answer = { kind, apiVersion: `config.k8s.io/${version}`, metadata: { name: COMPONENT }, ...object(process) };
  return objectResponse(answer, {
    negotiated: { encoding, pretty: false },
    status: 200,
    warnings: version === 'v1alpha1' ? [deprecated] : [],
  });
}
