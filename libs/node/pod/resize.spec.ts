import type { corev1 } from '#api';
import { nginx, podOf, REALISTIC, Story } from './story.js';

const sized = (cpu: string, more: Partial<corev1.Container> = {}): corev1.Container => ({
  ...nginx,
  resources: { requests: { cpu }, limits: { cpu: '2' } },
  ...more,
});

/** A running pod whose container is given another amount of cpu. */
function resized(container: corev1.Container, world: ConstructorParameters<typeof Story>[1] = {}): Story {
  const story = new Story(podOf({ containers: [container] }), { profile: REALISTIC, ...world }).pass(3000);
  story.events = [];
  const { pod } = story;
  const resources = { requests: { cpu: '1' }, limits: { cpu: '2' } };
  story.pod = { ...pod, metadata: { ...pod.metadata, generation: 2 }, spec: { ...pod.spec, containers: [{ ...container, resources }] } };
  story.look();
  return story;
}

const state = ({ pod }: Story) => {
  const [container] = pod.status?.containerStatuses ?? [];
  const conditions = (pod.status?.conditions ?? []).filter(({ type }) => type.startsWith('PodResize'));
  return {
    conditions: conditions.map(({ type, reason = '', message = '' }) => `${type} ${reason} ${message}`.trim()),
    allocated: container?.allocatedResources,
    actual: container?.resources?.requests,
  };
};

const summary = '{"containers":[{"name":"c","resources":{"limits":{"cpu":"2"},"requests":{"cpu":"1"}}}],"generation":2';

it('is allocated, then done in place', () => {
  const story = resized(sized('500m'));
  expect(state(story)).toEqual({ conditions: ['PodResizeInProgress'], allocated: { cpu: '1' }, actual: { cpu: '500m' } });
  story.pass(500);
  expect(state(story)).toEqual({ conditions: [], allocated: { cpu: '1' }, actual: { cpu: '1' } });
  expect(story.events).toEqual([`ResizeStarted: Pod resize started: ${summary}}`, `ResizeCompleted: Pod resize completed: ${summary}}`]);
  expect(story.summary).toBe('Running c=running+ready');
});

it('restarts the container if its policy asks for that', () => {
  const resizePolicy = [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }];
  const story = resized(sized('500m', { resizePolicy })).pass(3000);
  expect(story.summary).toBe('Running c=running+ready*1');
  expect(state(story).actual).toEqual({ cpu: '1' });
  expect(story.events[1]).toBe('Killing: Container c resize requires restart [spec.containers{c}]');
});

it('is deferred while the node has not enough, and tried again', () => {
  const message = "Node didn't have enough resource: cpu, requested: 1000, used: 3500, capacity: 4000";
  const full: { shortage?: { reason: string; message: string } } = {};
  const world = { shortage: () => full.shortage };
  const start = new Story(podOf({ containers: [sized('500m')] }), { profile: REALISTIC, ...world });
  expect(start.pass(3000).summary).toBe('Running c=running+ready');
  full.shortage = { reason: 'OutOfcpu', message };
  const { pod } = start;
  start.events = [];
  start.pod = { ...pod, metadata: { ...pod.metadata, generation: 2 }, spec: { ...pod.spec, containers: [sized('1')] } };
  start.look();
  expect(state(start)).toEqual({
    conditions: [`PodResizePending Deferred ${message}`],
    allocated: { cpu: '500m' },
    actual: { cpu: '500m' },
  });
  expect(start.pass(29_999).events).toEqual([`ResizeDeferred: Pod resize Deferred: ${summary},"error":"${message}"}`]);
  full.shortage = undefined;
  expect(state(start.pass(600))).toEqual({ conditions: [], allocated: { cpu: '1' }, actual: { cpu: '1' } });
});

it('a pod that nobody has scheduled is rejected if it does not fit', () => {
  const message = "Node didn't have enough resource: cpu, requested: 8000, used: 0, capacity: 4000";
  const story = new Story(podOf({ containers: [sized('8')] }), { shortage: () => ({ reason: 'OutOfcpu', message }) });
  expect(story.pod.status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu', message: `Pod was rejected: ${message}` });
  expect(story.events).toEqual([`OutOfcpu: ${message}`]);
});

it('fails while more memory is used than would be allowed, and is tried again', () => {
  const limits = { memory: '500Mi' };
  const annotations = { 'usage.orrery.io/memory': '300Mi' };
  const story = new Story(podOf({ containers: [{ ...nginx, resources: { limits } }] }, { annotations }));
  const { pod } = story;
  const containers = [{ ...nginx, resources: { limits: { memory: '200Mi' } } }];
  story.events = [];
  story.pod = { ...pod, metadata: { ...pod.metadata, generation: 2 }, spec: { ...pod.spec, containers } };
  story.look();
  story.pass(0);
  const error =
    'cannot decrease memory limits: [attempting to set pod memory limit (209715200) below current usage (314572800), attempting to set container "c" memory limit (209715200) below current usage (314572800)]';
  expect(state(story).conditions).toEqual([`PodResizeInProgress Error ${error}`]);
  story.pass(10_000);
  expect(story.events.map((event) => event.split(':')[0])).toEqual(['ResizeStarted', 'ResizeError']);
  story.pod = { ...story.pod, metadata: { ...story.pod.metadata, annotations: { 'usage.orrery.io/memory': '100Mi' } } };
  story.pass(10_000);
  expect([state(story).conditions, story.pod.status?.containerStatuses?.[0]?.resources]).toEqual([[], { limits: { memory: '200Mi' } }]);
});
