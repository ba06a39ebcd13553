import type { KubeObject } from '#apimachinery';
import { EditRefused, editImages, editPaused, editRestart, editSchedulable, editTaints, editTexts } from './patch.js';

const object = (kind: string, more: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', resourceVersion: '7' },
  ...more,
});
const labelled = object('Pod', { metadata: { name: 'x', resourceVersion: '7', labels: { app: 'web', tier: 'a' } } });
const containers = { containers: [{ name: 'web' }, { name: 'log' }], initContainers: [{ name: 'init' }] };
const deployment = (spec: object = {}) => object('Deployment', { spec: { template: { spec: containers }, ...spec } });
const tainted = object('Node', {
  spec: {
    taints: [
      { key: 'a', value: '1', effect: 'NoSchedule' },
      { key: 'a', effect: 'NoExecute' },
    ],
  },
});

describe('edits', () => {
  test.each<[string, () => unknown, unknown]>([
    [
      'labels',
      () => editTexts(labelled, 'labels', { set: { app: 'web', new: 'b', tier: null }, overwrite: false }),
      { metadata: { resourceVersion: '7', labels: { app: 'web', new: 'b', tier: null } } },
    ],
    [
      'labels anew',
      () => editTexts(labelled, 'labels', { set: { app: 'db' }, overwrite: true }),
      { metadata: { resourceVersion: '7', labels: { app: 'db' } } },
    ],
    [
      'one image',
      () => editImages(deployment(), [{ container: 'web', image: 'nginx:2' }]),
      { spec: { template: { spec: { containers: [{ name: 'web', image: 'nginx:2' }] } } } },
    ],
    [
      'all images',
      () => editImages(object('Pod', { spec: containers }), [{ container: '*', image: 'i' }]),
      {
        spec: {
          containers: [
            { name: 'web', image: 'i' },
            { name: 'log', image: 'i' },
          ],
          initContainers: [{ name: 'init', image: 'i' }],
        },
      },
    ],
    [
      'restart',
      () => editRestart(deployment(), 'now'),
      { spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } } } } },
    ],
    ['pause', () => editPaused(deployment(), true), { spec: { paused: true } }],
    ['resume', () => editPaused(deployment({ paused: true }), false), { spec: { paused: null } }],
    ['cordon', () => editSchedulable(false), { spec: { unschedulable: true } }],
    [
      'a taint more',
      () =>
        editTaints(tainted, {
          add: [{ key: 'b', value: '2', effect: 'NoSchedule' }],
          remove: [{ key: 'a', effect: 'NoExecute' }],
          overwrite: false,
        }),
      {
        metadata: { resourceVersion: '7' },
        spec: {
          taints: [
            { key: 'b', value: '2', effect: 'NoSchedule' },
            { key: 'a', value: '1', effect: 'NoSchedule' },
          ],
        },
      },
    ],
    [
      'a taint in place of one of another effect',
      () => editTaints(tainted, { add: [{ key: 'a', effect: 'NoExecute' }], remove: [{ key: 'a' }], overwrite: false }),
      { spec: { taints: [{ key: 'a', effect: 'NoExecute' }] } },
    ],
    [
      'the last image that is for a container',
      () =>
        editImages(object('Pod', { spec: containers }), [
          { container: 'web', image: 'a' },
          { container: '*', image: 'b' },
          { container: 'log', image: 'c' },
        ]),
      {
        spec: {
          containers: [
            { name: 'web', image: 'b' },
            { name: 'log', image: 'c' },
          ],
          initContainers: [{ name: 'init', image: 'b' }],
        },
      },
    ],
    [
      'no taint',
      () => editTaints(tainted, { add: [], remove: [{ key: 'a' }], overwrite: false }),
      { metadata: { resourceVersion: '7' }, spec: { taints: null } },
    ],
  ])('%s', (_what, edit, patch) => expect(edit()).toMatchObject({ patch }));

  test('many taints and images cost no squares', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ key: `k${index}`, effect: 'NoSchedule' }));
    const remove = many.map(({ key }) => ({ key }));
    const images = many.map(({ key }) => ({ container: key, image: 'i' }));
    const all = many.map(({ key }) => ({ name: key }));
    const before = process.cpuUsage();
    const edit = editTaints(object('Node', { spec: { taints: many } }), { add: many, remove, overwrite: true });
    expect(edit.patch).toMatchObject({ spec: { taints: { length: 20_000 } } });
    expect(editImages(object('Pod', { spec: { containers: all } }), images).patch).toMatchObject({
      spec: { containers: { length: 20_000 } },
    });
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(1_000);
  });

  test.each<[string, () => unknown]>([
    [
      "'app' already has a value (web), and overwrite is false",
      () => editTexts(labelled, 'labels', { set: { app: 'db' }, overwrite: false }),
    ],
    ['unable to find container named "db"', () => editImages(deployment(), [{ container: 'db', image: 'i' }])],
    ['ConfigMap has no containers', () => editImages(object('ConfigMap'), [])],
    ['constructor has no containers', () => editImages(object('constructor'), [])],
    ['restarting is not supported', () => editRestart(object('Job'), 'now')],
    ["can't restart paused deployment (run rollout resume first)", () => editRestart(deployment({ paused: true }), 'now')],
    ['is already paused', () => editPaused(deployment({ paused: true }), true)],
    ['is not paused', () => editPaused(deployment(), false)],
    ['taint "b" not found', () => editTaints(tainted, { add: [], remove: [{ key: 'b' }], overwrite: false })],
    [
      'node x already has a taint(s) with same effect(s) and overwrite is false',
      () => editTaints(tainted, { add: [{ key: 'a', effect: 'NoSchedule' }], remove: [], overwrite: false }),
    ],
  ])('refused: %s', (message, edit) => expect(edit).toThrow(new EditRefused(message)));
});
