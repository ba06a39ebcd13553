import { parseGoDuration } from '#apimachinery';
import { flagOf, portFlag } from './flags.js';
import type { Call } from './image.js';
import { exit, type HttpAnswer, type Program, plain, type ServedPort, serve, type TlsFiles } from './program.js';

interface Review {
  apiVersion: string;
  kind: string;
  request?: { uid?: string; desiredAPIVersion?: string; objects?: Array<Record<string, unknown>> } | null;
}

/** Every value of a flag that may be repeated: `--warning=a --warning=b`. */
const valuesOf = (args: readonly string[], name: string): string[] =>
  args.flatMap((arg) => (arg.startsWith(`${name}=`) ? [arg.slice(name.length + 1)] : []));

/** `--deny` and `--deny=MESSAGE`, with `--deny-code` and `--deny-reason`. */
function denial(args: readonly string[]): object | undefined {
  const message = flagOf(args, '--deny');
  if (message === undefined && !args.includes('--deny')) return undefined;
  const code = flagOf(args, '--deny-code');
  const reason = flagOf(args, '--deny-reason');
  return { ...(message ? { message } : {}), ...(code ? { code: Number(code) } : {}), ...(reason ? { reason } : {}) };
}

function admission(args: readonly string[], uid: string | undefined): object {
  const denied = denial(args);
  const patch = flagOf(args, '--patch');
  const warnings = valuesOf(args, '--warning');
  const audit = valuesOf(args, '--audit').map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]);
  return {
    uid,
    allowed: denied === undefined,
    ...(denied ? { status: denied } : {}),
    ...(patch === undefined ? {} : { patchType: 'JSONPatch', patch: Buffer.from(patch, 'utf8').toString('base64') }),
    ...(warnings.length > 0 ? { warnings } : {}),
    ...(audit.length > 0 ? { auditAnnotations: Object.fromEntries(audit) } : {}),
  };
}

function conversion(args: readonly string[], { uid, desiredAPIVersion, objects = [] }: NonNullable<Review['request']>): object {
  const denied = denial(args);
  if (denied) return { uid, result: { status: 'Failure', ...denied }, convertedObjects: [] };
  return { uid, result: { status: 'Success' }, convertedObjects: objects.map((object) => ({ ...object, apiVersion: desiredAPIVersion })) };
}

const json = (body: string): HttpAnswer => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body });

function respond(args: readonly string[], body: string): HttpAnswer {
  const status = flagOf(args, '--status');
  const raw = flagOf(args, '--answer');
  if (status !== undefined) return plain(raw ?? '', Number(status));
  if (raw !== undefined) return json(raw);
  let review: Review;
  try {
    review = JSON.parse(body) as Review;
  } catch {
    return plain('the body is no JSON', 400);
  }
  const { apiVersion, kind, request } = review;
  if (!request) return plain('the review has no request', 400);
  const uid = flagOf(args, '--uid') ?? request.uid;
  if (kind !== 'AdmissionReview' && kind !== 'ConversionReview') return plain(`unexpected kind ${kind}`, 400);
  const response = kind === 'AdmissionReview' ? admission(args, uid) : conversion(args, { ...request, ...(uid ? { uid } : {}) });
  return json(JSON.stringify({ apiVersion, kind, response }));
}

/** Where controller-runtime's webhook server looks for its certificate. */
const CERTIFICATES = '/tmp/k8s-webhook-server/serving-certs';

function tlsFiles(args: readonly string[]): TlsFiles {
  const [certificate, key] = [flagOf(args, '--tls-cert-file'), flagOf(args, '--tls-private-key-file')];
  return {
    certificate: certificate ?? `${CERTIFICATES}/tls.crt`,
    key: key ?? `${CERTIFICATES}/tls.key`,
    optional: certificate === undefined && key === undefined,
  };
}

/**
 * A webhook server on `--port` (8443, https) with the certificate in `--tls-cert-file` and `--tls-private-key-file`, by default tls.crt and
 * tls.key in /tmp/k8s-webhook-server/serving-certs, and without those one that nobody trusts: allows everything, or `--deny[=MESSAGE]`, `--deny-code`, `--deny-reason`, `--patch=JSON PATCH`,
 * `--warning=TEXT`, `--audit=KEY=VALUE`. Objects are converted by renaming their apiVersion. To try failures: `--delay=5s`, `--status=500`,
 * `--answer=TEXT`, `--uid=OTHER`, `--insecure` (plain http).
 */
export function webhook({ args }: Call): Program {
  const port = portFlag(args, '--port', 8443);
  const delay = flagOf(args, '--delay');
  const after = delay === undefined ? 0 : parseGoDuration(delay);
  if (after === undefined || port < 1 || port > 65_535) return exit(2);
  const delayed = after > 0 ? { after } : {};
  const answer: ServedPort['answer'] = ({ body }) => ({ ...respond(args, Buffer.from(body).toString('utf8')), ...delayed });
  const served: ServedPort = { port, protocol: 'http', status: () => 200, answer };
  return serve([args.includes('--insecure') ? served : { ...served, tls: tlsFiles(args) }]);
}
