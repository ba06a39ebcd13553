import type { appsv1 } from '#api';
import { deepEqual, type KubeObject } from '#apimachinery';
import { type Edit, EditRefused } from './patch.js';

const REVISION = 'deployment.kubernetes.io/revision';
const HASH = 'pod-template-hash';

/** Annotations of a Deployment that are its own, whatever revision it is rolled back to. */
const OWN: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  'deployment.kubernetes.io/revision-history',
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
];

type Template = appsv1.DeploymentSpec['template'];

/** The revision to go back to: the given one, or (0) the one before the newest. */
function chosen<T>(history: ReadonlyArray<{ revision: number; of: T }>, to: number): T | undefined {
  if (to > 0) return history.find(({ revision }) => revision === to)?.of;
  return [...history].sort((a, b) => b.revision - a.revision)[1]?.of;
}

function withoutHash(template: Template): Template {
  const { [HASH]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } } as Template;
}

const notFound = (revision: number): EditRefused => new EditRefused(`unable to find specified revision ${revision} in history`);

/** Rolls a Deployment back (kubectl rollout undo, DeploymentRollbacker); undefined: its template is that already. `to` 0: the revision before. */
export function undoDeployment(deployment: appsv1.Deployment, sets: readonly appsv1.ReplicaSet[], to: number): Edit | undefined {
  if (to < 0) throw notFound(to);
  const history = sets.flatMap((set) => {
    const revision = Number(set.metadata.annotations?.[REVISION]);
    return Number.isInteger(revision) ? [{ revision, of: set }] : [];
  });
  const target = chosen(history, to);
  if (!target)
    throw to > 0 ? notFound(to) : new EditRefused(`no rollout history found for deployment ${JSON.stringify(deployment.metadata.name)}`);
  if (deployment.spec?.paused)
    throw new EditRefused("you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again");
  const template = withoutHash(target.spec?.template as Template);
  if (deployment.spec && deepEqual(template, withoutHash(deployment.spec.template))) return undefined;
  const keep = (from: KubeObject, own: boolean) =>
    Object.entries(from.metadata.annotations ?? {}).filter(([name]) => OWN.includes(name) === own);
  const annotations = Object.fromEntries([...keep(deployment, true), ...keep(target, false)]);
  return {
    type: 'json',
    patch: [
      { op: 'test', path: '/metadata/resourceVersion', value: deployment.metadata.resourceVersion },
      { op: 'replace', path: '/spec/template', value: template },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ],
  };
}

/** Rolls a DaemonSet or StatefulSet back to one of its ControllerRevisions (DaemonSetRollbacker, StatefulSetRollbacker). */
export function undoRevision(revisions: readonly appsv1.ControllerRevision[], to: number): Edit {
  if (to < 0) throw notFound(to);
  const target = chosen(
    revisions.map((revision) => ({ revision: revision.revision, of: revision })),
    to,
  );
  if (!target) throw to > 0 ? notFound(to) : new EditRefused('no last revision to roll back to');
  return { type: 'strategic', patch: target.data };
}
