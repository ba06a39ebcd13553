import { type corev1, IPAddress, type networkingv1, Service, ServiceCIDR } from '#api';
import { ignoreAlreadyExists, ignoreNotFound, type KubeObject, keyOf } from '#apimachinery';
import { type Change, defineController, type Informers, type ReconcileContext, watching } from '#controller-runtime';
import { contains, parseRange } from '#network';
import { addressFor, clusterIPsOf, FAMILY, type Finding, isLabelled, MANAGED_BY, planAddressRepair, planOrphan } from './plan.js';

type Address = networkingv1.IPAddress;

const EVENT_SOURCE = 'ipallocator-repair-controller';
const BY_ADDRESS = 'services-by-cluster-ip';

/**
 * Whether an IPAddress has to be looked at: not if it is as the write of a Service makes it together with the Service, with both labels and
 * without managers.
 */
const isForeign = ({ object, deleted, revision }: Change<Address>): boolean =>
  revision === 0 || deleted || object.metadata.managedFields !== undefined || !isLabelled(object);

/** The same of a stored IPAddress. */
const isForeignText = (text: string): boolean =>
  text.includes('"managedFields"') || !(text.includes(`"${MANAGED_BY}"`) && text.includes(`"${FAMILY}"`));

function report(about: KubeObject, { reason, message }: Finding, action: string, { recorder }: ReconcileContext): void {
  recorder.record({ about, type: 'Warning', reason, message, action });
}

function isInRange(ip: string, informers: Informers): boolean {
  const ranges = informers.of(ServiceCIDR).list();
  return ranges.some(({ spec }) => spec?.cidrs?.some((cidr) => !cidr.includes(':') && contains(parseRange(cidr), ip)));
}

/** Sees that each address of a Service has its IPAddress (registry/core/service/ipallocator/controller, syncService). */
export const serviceAddresses = defineController({
  name: 'ipallocator-repair-controller',
  eventSource: EVENT_SOURCE,
  eventStyle: 'series',
  for: Service,
  filter: ({ deleted, revision }) => !deleted && revision === 0,
  watches: [
    watching(IPAddress, (change, informers) =>
      isForeign(change) ? informers.of(Service).byIndex(BY_ADDRESS, change.object.metadata.name).map(keyOf) : [],
    ),
    watching(ServiceCIDR, ({ deleted }, informers) => (deleted ? informers.of(Service).list().map(keyOf) : [])),
  ],
  interests: ({ resource, deleted, text }) => (deleted ? resource !== 'services' : resource === 'ipaddresses' && isForeignText(text)),
  index: (informers) => informers.of(Service).addIndex(BY_ADDRESS, clusterIPsOf),
  async reconcile(service, ctx) {
    for (const ip of clusterIPsOf(service)) await repairAddress(service, ip, ctx);
    return undefined;
  },
});

async function repairAddress(service: corev1.Service, ip: string, ctx: ReconcileContext): Promise<void> {
  const { client, informers } = ctx;
  const planFor = (one: corev1.Service, address: Address | undefined) =>
    planAddressRepair(one, ip, {
      address,
      inRange: isInRange(ip, informers),
      serviceOf: (namespace, name) => informers.of(Service).get(name, namespace),
    });
  if (planFor(service, informers.of(IPAddress).get(ip)).do === 'nothing' && isInRange(ip, informers)) return;
  // Services and addresses are written together, but not seen together.
  const { name, namespace } = service.metadata;
  const current = await client.get(Service, name, namespace).catch(ignoreNotFound);
  if (!current || !clusterIPsOf(current).includes(ip)) return;
  const plan = planFor(current, await client.get(IPAddress, ip).catch(ignoreNotFound));
  if (plan.finding) report(current, plan.finding, 'ClusterIPAllocation', ctx);
  if (plan.do === 'recreate') await client.delete(IPAddress, ip).catch(ignoreNotFound);
  if (plan.do !== 'nothing') await client.create(IPAddress, addressFor(current, ip)).catch(ignoreAlreadyExists);
}

/** Removes IPAddresses that were allocated for a Service and belong to none (syncIPAddress). */
export const ipAddresses = defineController({
  name: 'ipaddress-repair',
  eventSource: EVENT_SOURCE,
  eventStyle: 'series',
  for: IPAddress,
  filter: (change) => !change.deleted && isForeign(change),
  interests: ({ deleted, text }) => !deleted && isForeignText(text),
  reads: [Service],
  async reconcile(address, ctx) {
    const { client, clock, informers } = ctx;
    const { name, uid } = address.metadata;
    const parent = address.spec?.parentRef;
    const service = parent && informers.of(Service).get(parent.name, parent.namespace);
    const now = clock.now();
    const plan = planOrphan(address, service, now);
    if (plan.do === 'look') return { requeueAfter: plan.at - now };
    if (plan.do === 'nothing') return undefined;
    report(address, plan.finding, 'IPAddressAllocation', ctx);
    await client.delete(IPAddress, name, undefined, { uid }).catch(ignoreNotFound);
    return undefined;
  },
});
