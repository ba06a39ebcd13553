import { failureStatus, goQuote } from '#apimachinery';
import { checksAnswer, type PagedProcess, versionInfoOf, zpageText } from '#component-base';
import type { Refused } from '../runtime/component-access.js';
import { componentFamilies, metricsAnswer } from './component-metrics.js';
import { flagOf } from './flags.js';
import { type HttpAnswer, type HttpRequest, type ProgramView, pathOf, plain, type ServedPort } from './program.js';
import { versionOf } from './version-of.js';

/** The check that depends on the Lease. */
export const ELECTION_CHECK = 'leaderElection';

/** A component of the control plane that serves on a secure port. */
export interface SecuredComponent {
  readonly name: 'kube-controller-manager' | 'kube-scheduler' | 'cloud-controller-manager';
  readonly port: number;
  /** Its health endpoints, with the checks of each. */
  readonly health: Readonly<Record<string, readonly string[]>>;
  /** What else it serves. */
  readonly paths: readonly string[];
}

/** What everybody may read of a component (--authorization-always-allow-paths). */
const ALWAYS_ALLOWED: readonly string[] = ['/healthz', '/readyz', '/livez'];
const NOT_FOUND = plain('404 page not found\n', 404);

function status(code: 401 | 403, reason: 'Unauthorized' | 'Forbidden', message: string): HttpAnswer {
  const body = failureStatus({ code, reason, message, ...(code === 403 && { details: {} }) });
  return { status: code, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(body)}\n` };
}

function refusal(refused: Refused, verb: string, path: string): HttpAnswer {
  if (refused.code === 401) return status(401, 'Unauthorized', 'Unauthorized');
  const why = refused.reason === '' ? '' : `: ${refused.reason}`;
  return status(403, 'Forbidden', `forbidden: User ${goQuote(refused.user)} cannot ${verb} path ${goQuote(path)}${why}`);
}

/** Delegated to the API server; a component that cannot ask knows nobody. */
async function reviewed({ headers, method }: HttpRequest, path: string, { components }: ProgramView): Promise<HttpAnswer | undefined> {
  if (ALWAYS_ALLOWED.includes(path)) return undefined;
  const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const verb = method.toLowerCase();
  const unknown: Refused = token === undefined ? { code: 403, user: 'system:anonymous', reason: '' } : { code: 401 };
  const refused = components ? await components.review({ ...(token !== undefined && { token }), verb, path }) : unknown;
  return refused && refusal(refused, verb, path);
}

function pagedProcess({ name, health, paths }: SecuredComponent, view: ProgramView): PagedProcess {
  const { args, now, startedAt } = view;
  return {
    component: name,
    words: args,
    now,
    startedAt,
    version: versionInfoOf(versionOf(view)),
    paths: [...Object.keys(health), ...paths],
  };
}

/** What components serve of their configurations (component-base/configz). */
export const configzAnswer = (configurations: object = {}): HttpAnswer => ({
  status: 200,
  headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
  body: JSON.stringify(configurations),
});

/** The checks of a component that elects nobody have none of its election. */
function checksOf(checks: readonly string[], { name }: SecuredComponent, { components, node = '' }: ProgramView): readonly string[] {
  const configured = components?.configured(name, node);
  return configured && !configured.election ? checks.filter((check) => check !== ELECTION_CHECK) : checks;
}

function healthAnswer(component: SecuredComponent, request: HttpRequest, view: ProgramView): HttpAnswer | undefined {
  const { health } = component;
  const path = pathOf(request);
  const [, name = '', ...below] = path.split('/');
  const all = Object.hasOwn(health, `/${name}`) ? health[`/${name}`] : undefined;
  if (all === undefined) return undefined;
  const checks = checksOf(all, component, view);
  if (below.length > 0) return checks.includes(below.join('/')) ? plain('ok') : undefined;
  const query = new URLSearchParams(request.target.slice(path.length + 1));
  const asked = { failed: () => false, excluded: new Set(query.getAll('exclude')), verbose: query.has('verbose') };
  const { status: code, body } = checksAnswer(name, checks, asked);
  return plain(body, code);
}

/** What a component answers on its secure port. */
async function answer(component: SecuredComponent, request: HttpRequest, view: ProgramView): Promise<HttpAnswer> {
  const path = pathOf(request);
  const refused = await reviewed(request, path, view);
  if (refused) return refused;
  const healthy = healthAnswer(component, request, view);
  if (healthy) return healthy;
  if (!component.paths.includes(path)) return NOT_FOUND;
  switch (path) {
    case '/metrics':
      return metricsAnswer(await componentFamilies(component.name, view));
    case '/statusz':
      return plain(zpageText('statusz', pagedProcess(component, view)));
    case '/configz':
      return configzAnswer(view.components?.configured(component.name, view.node ?? '')?.configurations);
    case '/flagz':
      return plain(zpageText('flagz', pagedProcess(component, view)));
    default:
      return NOT_FOUND;
  }
}

/** The secure port of a component, with a certificate that it makes for itself; kubeadm lets it listen on the loopback address only. */
export const securedPort = (component: SecuredComponent, args: readonly string[]): ServedPort => ({
  port: component.port,
  protocol: 'http',
  status: (path) => (component.health[path] ? 200 : ALWAYS_ALLOWED.includes(path) ? 404 : 403),
  answerLater: (request, view) => answer(component, request, view),
  tls: { certificate: '', key: '', optional: true },
  loopback: flagOf(args, '--bind-address') === '127.0.0.1',
});
