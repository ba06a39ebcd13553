import { expect, it } from '@jest/globals';
import { admissionPlugins } from '#admission';
import { forbidden } from '#apimachinery';
import type { AdmissionAttributes, AdmissionPlugin } from '#apiserver';
import { apiserverControllers, controllers } from '#controllers';
import { localTarget } from '../workload/local-target.js';
import { refusedClusterWrites } from '../workload/refused-cluster-writes.js';
import { refusedWrites } from '../workload/refused-writes.js';
import { doSteps, refused } from '../workload/step.js';
import { openCluster } from './story.js';

/** Attempts at one object in an hour and a half: back-offs of 5 ms that double up to 1000 s, and what wakes a controller besides. */
const MOST = 50;
/** The autoscaler looks every 15 s, whatever comes of it. */
const AUTOSCALER = /horizontal-pod-autoscaler /;
const MOST_OF_AUTOSCALER = 362;
/** Controllers that write nothing but events, and one whose objects have to be a year old. */
const OTHERS = ['portallocator-repair', 'legacy-service-account-token-cleaner'];

const rows = [...refusedWrites, ...refusedClusterWrites];
const CONTROLLERS = /^system:(serviceaccount:kube-system:|kube-controller-manager$|apiserver$)/;
/** The Lease of the leader, and events: without them nothing would be done, or told. */
const isNeeded = ({ user, resource, group }: AdmissionAttributes): boolean =>
  resource === 'events' || group === 'authorization.k8s.io' || (resource === 'leases' && user.name === 'system:kube-controller-manager');

function target({ user, operation, resource, subresource, namespace, object, oldObject }: AdmissionAttributes): string {
  const { name = '', generateName, ownerReferences } = (object ?? oldObject)?.metadata ?? { name: '' };
  const what = operation === 'CREATE' ? (ownerReferences?.[0]?.name ?? generateName ?? name) : name;
  return `${user.name} ${operation} ${resource}/${subresource} ${namespace}/${what}`;
}

it('a controller whose writes are all refused backs off, and says why', async () => {
  let refusing = false;
  const attempts = new Map<string, number>();
  const refuser: AdmissionPlugin = {
    name: 'RefuseControllers',
    operations: ['CREATE', 'UPDATE', 'DELETE'],
    admit(attributes) {
      if (!refusing || !CONTROLLERS.test(attributes.user.name) || isNeeded(attributes)) return;
      const key = target(attributes);
      attempts.set(key, (attempts.get(key) ?? 0) + 1);
      throw forbidden({ group: attributes.group, resource: attributes.resource }, '', 'it is refused');
    },
  };
  const failing = new Set<string>();
  const cluster = await openCluster({
    admission: [refuser, ...admissionPlugins],
    onFailure: ({ controller }) => void (refusing && failing.add(controller)),
  });
  const admin = localTarget(cluster);
  const before = rows.flatMap((row) => row.before ?? []);
  expect(refused(before, await doSteps(admin, before))).toEqual([]);
  refusing = true;
  const steps = rows.flatMap((row) => row.steps ?? []);
  expect(refused(steps, await doSteps(admin, steps))).toEqual([]);
  await admin.advance('90m');
  const told = (await cluster.log()).flatMap(({ key, value }) => (key.startsWith('/registry/events/') ? [JSON.parse(value)] : []));
  const sources = new Set(told.map(({ source, reportingComponent }) => source?.component ?? reportingComponent));
  const known = [...controllers, ...apiserverControllers];
  const silent = known.filter(({ name, eventSource = name }) => !OTHERS.includes(name) && !failing.has(name) && !sources.has(eventSource));
  expect(silent.map(({ name }) => name)).toEqual([]);
  const bound = (key: string) => (AUTOSCALER.test(key) ? MOST_OF_AUTOSCALER : MOST);
  expect([...attempts].filter(([key, count]) => count > bound(key))).toEqual([]);
  expect(rows.map(({ controller }) => controller).sort()).toEqual(
    known
      .map(({ name }) => name)
      .filter((name) => !OTHERS.includes(name))
      .sort(),
  );
}, 120_000);
