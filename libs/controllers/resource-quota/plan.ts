import type { corev1 } from '#api';
import { Quantity } from '#apimachinery';
import { amountsOf, maskAmounts, type ResourceList, sameAmounts } from '#component-helpers';

/** What is known about a quota when its status is decided. */
export interface Findings {
  quota: corev1.ResourceQuota;
  /** What the objects of its namespace use, of each resource that any kind uses. */
  counted: ResourceList;
  /** What objects that were deleted, have ended or use less now have given back since the last status. */
  released: ResourceList;
  /** No request is being charged: what was counted is all there is. */
  settled: boolean;
}

/** The new status, if it differs; and whether more is charged than was counted. */
export interface QuotaPlan {
  status?: corev1.ResourceQuotaStatus;
  overcharged: boolean;
}

const texts = (amounts: ResourceList): Record<string, string> =>
  Object.fromEntries([...amounts].map(([name, amount]) => [name, amount.toString()]));

/**
 * The status of a quota (resource_quota_controller.go syncResourceQuota). Requests are charged before their objects are stored, and upstream
 * loses what it counts in between; here the charge stays until nothing has been charged for a while, and only what was given back is
 * subtracted. Pure.
 */
export function planQuota({ quota, counted, released, settled }: Findings): QuotaPlan {
  const hard = amountsOf(quota.spec?.hard);
  const charged = amountsOf(quota.status?.used);
  const used = new Map(maskAmounts(charged, hard.keys()));
  let overcharged = false;
  for (const [name, amount] of maskAmounts(counted, hard.keys())) {
    const before = charged.get(name);
    const rest = before?.sub(released.get(name) ?? Quantity.of(0));
    const kept = !settled && rest !== undefined && rest.compare(amount) > 0;
    overcharged ||= kept;
    used.set(name, kept ? rest : amount);
  }
  const { status } = quota;
  const current = status?.hard !== undefined && (status.used !== undefined || used.size === 0);
  if (current && sameAmounts(hard, amountsOf(status.hard)) && sameAmounts(used, charged)) return { overcharged };
  return { status: { hard: { ...quota.spec?.hard }, ...(used.size > 0 ? { used: texts(used) } : {}) }, overcharged };
}
