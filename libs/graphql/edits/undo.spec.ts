import type { appsv1 } from '#api';
import { undoDeployment, undoRevision } from './undo.js';

const template = (image: string, hash?: string) => ({
  metadata: { labels: { app: 'web', ...(hash && { 'pod-template-hash': hash }) } },
  spec: { containers: [{ name: 'c', image }] },
});
const set = (revision: number, image: string) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: image,
      annotations: { 'deployment.kubernetes.io/revision': String(revision), note: image, 'deployment.kubernetes.io/max-replicas': '9' },
    },
    spec: { template: template(image, image) },
  }) as unknown as appsv1.ReplicaSet;
const deployment = (image: string, paused = false) =>
  ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', resourceVersion: '7', annotations: { 'deployment.kubernetes.io/revision': '3', note: image } },
    spec: { paused, template: template(image) },
  }) as unknown as appsv1.Deployment;
const sets = [set(3, 'c'), set(1, 'a'), set(2, 'b')];

test.each([
  ['the one before', 0, 'b'],
  ['a revision', 1, 'a'],
])('a Deployment goes back to %s', (_what, to, image) => {
  const { patch } = undoDeployment(deployment('c'), sets, to) ?? {};
  expect(patch).toEqual([
    { op: 'test', path: '/metadata/resourceVersion', value: '7' },
    { op: 'replace', path: '/spec/template', value: template(image) },
    { op: 'add', path: '/metadata/annotations', value: { 'deployment.kubernetes.io/revision': '3', note: image } },
  ]);
});

test('a Deployment that is as its revision stays', () => expect(undoDeployment(deployment('c'), sets, 3)).toBeUndefined());

const revisions = [1, 2].map((revision) => ({ revision, data: { spec: revision } }) as unknown as appsv1.ControllerRevision);

test('other workloads go back to a ControllerRevision', () => {
  expect(undoRevision(revisions, 0)).toEqual({ type: 'strategic', patch: { spec: 1 } });
  expect(undoRevision(revisions, 2)).toEqual({ type: 'strategic', patch: { spec: 2 } });
});

test.each<[string, () => unknown]>([
  ['no rollout history found for deployment "web"', () => undoDeployment(deployment('c'), [set(1, 'c')], 0)],
  ['unable to find specified revision 9 in history', () => undoDeployment(deployment('c'), sets, 9)],
  ['unable to find specified revision -1 in history', () => undoDeployment(deployment('c'), sets, -1)],
  [
    "you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again",
    () => undoDeployment(deployment('c', true), sets, 0),
  ],
  ['no last revision to roll back to', () => undoRevision(revisions.slice(1), 0)],
  ['unable to find specified revision 3 in history', () => undoRevision(revisions, 3)],
])('refused: %s', (message, undo) => expect(undo).toThrow(message));
