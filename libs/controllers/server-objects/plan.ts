import type { networkingv1 } from '#api';
import { conditionOf } from '#component-helpers';

/** What is to be done about the ServiceCIDR `kubernetes`. `report`: an event, told once. */
export type DefaultRangePlan = { do: 'nothing' | 'create' | 'extend' | 'set-ready' } | { do: 'report'; reason: string; message: string };

const list = (cidrs: readonly string[]): string => `[${cidrs.join(' ')}]`;

/** controlplane/controller/defaultservicecidr, sync and syncStatus. `cidrs`: what the flag of the API server says. Pure. */
export function planDefaultRange(range: networkingv1.ServiceCIDR | undefined, cidrs: readonly string[]): DefaultRangePlan {
  if (range === undefined) return { do: 'create' };
  const now = range.spec?.cidrs ?? [];
  if (cidrs.length === 2 && now.length === 1 && now[0] === cidrs[0]) return { do: 'extend' };
  if (range.metadata.deletionTimestamp !== undefined) return { do: 'nothing' };
  if (list(now) !== list(cidrs)) {
    const message = `The default ServiceCIDR ${list(now)} does not match the controller flag configurations ${list(cidrs)}`;
    return { do: 'report', reason: 'KubernetesDefaultServiceCIDRInconsistent', message };
  }
  const ready = conditionOf(range.status?.conditions, 'Ready');
  if (ready?.status === 'False') return { do: 'report', reason: ready.reason, message: `Configuration matches, but ${ready.message}` };
  return ready?.status === 'True' ? { do: 'nothing' } : { do: 'set-ready' };
}
