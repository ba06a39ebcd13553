import { type networkingv1, ServiceCIDR } from '#api';
import { formatTime } from '#apimachinery';
import type { ReconcileContext, Reconciled } from '#controller-runtime';
import { numberToAddress, parseRange, SERVICE_CIDR } from '#network';
import { planDefaultRange } from './plan.js';
import { serverDuty } from './server-duty.js';

const SOURCE = 'kubernetes-service-cidr-controller';
const NAME = 'kubernetes';
const ERROR = 'KubernetesDefaultServiceCIDRError';
/** When it looks again after an error that it has only reported. */
const INTERVAL = 10_000;

/** A range as the flag is printed: the address of the network. */
function networkOf(cidr: string): string {
  if (cidr.includes(':')) return cidr;
  return `${numberToAddress(parseRange(cidr).base)}/${cidr.slice(cidr.indexOf('/') + 1)}`;
}

/** Keeps the ServiceCIDR of the API server's flag (controlplane/controller/defaultservicecidr). */
export const defaultServiceCIDR = serverDuty({
  name: 'default-service-cidr',
  eventSource: SOURCE,
  keeps: [{ resource: ServiceCIDR, name: NAME }],
  async run(ctx, { serviceRanges }, reported) {
    const cidrs = serviceRanges.length === 0 ? [SERVICE_CIDR] : serviceRanges.map(networkOf);
    const range = ctx.informers.of(ServiceCIDR).get(NAME);
    const plan = planDefaultRange(range, cidrs);
    if (plan.do === 'create') {
      const made = { apiVersion: 'networking.k8s.io/v1', kind: 'ServiceCIDR', metadata: { name: NAME }, spec: { cidrs } };
      return setReady(await ctx.client.create(ServiceCIDR, made), ctx);
    }
    if (range === undefined) return undefined;
    if (plan.do === 'set-ready') return setReady(range, ctx);
    if (plan.do === 'extend') return extend(range, cidrs, ctx);
    if (plan.do !== 'report') return undefined;
    const { reason, message } = plan;
    if (!reported.has(message)) ctx.recorder.record({ about: range, type: 'Warning', reason, message });
    reported.add(message);
    return undefined;
  },
});

/** Tells of an error that does not end the loop. */
const tell = (range: networkingv1.ServiceCIDR, message: string, { recorder }: ReconcileContext): Reconciled => {
  recorder.record({ about: range, type: 'Warning', reason: ERROR, message });
  return { requeueAfter: INTERVAL };
};

async function extend(range: networkingv1.ServiceCIDR, cidrs: readonly string[], ctx: ReconcileContext): Promise<Reconciled | undefined> {
  try {
    await ctx.client.update(ServiceCIDR, { ...range, spec: { ...range.spec, cidrs: [...cidrs] } });
    return undefined;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return tell(range, `The default ServiceCIDR can not be upgraded from ${cidrs[0]} to dual stack [${cidrs.join(' ')}] : ${why}`, ctx);
  }
}

async function setReady(range: networkingv1.ServiceCIDR, ctx: ReconcileContext): Promise<Reconciled | undefined> {
  const lastTransitionTime = formatTime(ctx.clock.now());
  const ready = { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes default Service CIDR is ready', lastTransitionTime };
  const { apiVersion, kind } = range;
  const status = { apiVersion, kind, metadata: { name: NAME }, status: { conditions: [ready] } };
  try {
    await ctx.client.patch(ServiceCIDR, NAME, undefined, 'apply', status, { subresource: 'status', fieldManager: SOURCE, force: true });
    return undefined;
  } catch {
    return tell(range, 'The default ServiceCIDR Status can not be set to Ready=True', ctx);
  }
}
