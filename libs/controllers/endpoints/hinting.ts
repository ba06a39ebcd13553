import { type corev1, type discoveryv1, EndpointSlice, Node, Service } from '#api';
import { keyOf, type ObjectKey } from '#apimachinery';
import { conditionOf } from '#component-helpers';
import type { Change, Informers } from '#controller-runtime';
import { addTopologyHints, asksForHints, type HintsEvent, isOverloaded, zoneRatios } from './topology-hints.js';
import { type Hinted, hintForDistribution, isClose, withoutHints } from './traffic-distribution.js';

/** The index of slices by their Service, `namespace/name`. */
export const SLICES_OF_SERVICE = 'slices-of-service';
/** The index of Services that ask for hints by their annotation: 'true'. */
export const HINTED = 'services-with-topology-hints';

/** Versions of Services that no longer ask for hints, and have not been reconciled since they did. */
const dropped = new WeakSet<corev1.Service>();

/** Notes that a Service no longer asks for hints, so that its next reconcile says so. */
export function noteHints(service: corev1.Service, old: corev1.Service | undefined): void {
  if (old && !asksForHints(service) && (asksForHints(old) || dropped.has(old))) dropped.add(service);
}

/** How the slices of a Service get their hints, and the events that tell of it once they have. */
export function hinting(service: corev1.Service, slices: readonly discoveryv1.EndpointSlice[], informers: Informers) {
  const events: HintsEvent[] = [];
  const isDropped = dropped.delete(service);
  const had = (addressType: string) =>
    slices.some((slice) => slice.addressType === addressType && slice.endpoints?.some(({ hints }) => hints !== undefined));
  const hint = (all: Hinted, addressType: string): Hinted => {
    if (asksForHints(service)) {
      const ratios = zoneRatios(informers.of(Node).list());
      const { slices: hinted, event } = addTopologyHints(all, { ratios, addressType, before: had(addressType) });
      if (event) events.push(event);
      return hinted;
    }
    if (isDropped && had(addressType)) {
      const message = `Topology Aware Hints has been disabled, addressType: ${addressType}`;
      events.push({ type: 'Warning', reason: 'TopologyAwareHintsDisabled', message });
    }
    const distribution = service.spec.trafficDistribution;
    return isClose(distribution) ? hintForDistribution(distribution, all) : withoutHints(all);
  };
  return { hint, events };
}

const readiness = ({ status }: corev1.Node): boolean => conditionOf(status?.conditions, 'Ready')?.status === 'True';
const zone = ({ metadata }: corev1.Node): string => metadata.labels?.['topology.kubernetes.io/zone'] ?? '';

/** Whether a change of a node may change the shares of the zones (updateNode). */
export const changesZones = ({ object, old, deleted }: Change<corev1.Node>): boolean =>
  deleted || old === undefined || readiness(old) !== readiness(object) || zone(old) !== zone(object);

/** The Services whose hints leave a zone with too few endpoints (checkNodeTopologyDistribution). */
export function overloadedServices(informers: Informers): ObjectKey[] {
  const services = informers.of(Service).byIndex(HINTED, 'true');
  if (services.length === 0) return [];
  const ratios = zoneRatios(informers.of(Node).list());
  const slices = informers.of(EndpointSlice);
  return services
    .map(keyOf)
    .filter(({ namespace, name }) => isOverloaded(slices.byIndex(SLICES_OF_SERVICE, `${namespace}/${name}`), ratios));
}
