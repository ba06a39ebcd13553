import type { corev1 } from '#api';
import { bareError, type KubeObject, StatusError } from '#apimachinery';
import type { AdmissionAttributes } from '#apiserver';
import {
  addAmounts,
  amountsOf,
  exceedingResources,
  hasScopes,
  maskAmounts,
  type QuotaEvaluator,
  type QuotaSurroundings,
  type ResourceList,
  scopeRequirements,
  subtractAmounts,
  withoutZeros,
} from '#component-helpers';
import { rejected } from '../rejection.js';
import { type LimitedResource, needingCover, shownScopes } from './limited-resources.js';

/** A quota with the usage that it will have after the requests that were admitted so far. */
export interface RunningQuota {
  readonly quota: corev1.ResourceQuota;
  readonly hard: ResourceList;
  used: ResourceList;
}

/** A quota as it stands. */
export const runningQuota = (quota: corev1.ResourceQuota): RunningQuota => ({
  quota,
  hard: amountsOf(quota.status?.hard),
  used: amountsOf(quota.status?.used),
});

/** A request to be charged. */
export interface QuotaRequest {
  attributes: AdmissionAttributes;
  object: KubeObject;
  evaluator: QuotaEvaluator;
  around: QuotaSurroundings;
}

/** The new usage of each quota that the request would change. */
type Charges = ReadonlyMap<RunningQuota, ResourceList>;

const NO_CHARGES: Charges = new Map();

/** `cpu=1,pods=2`, in the order of the names (prettyPrint). */
const shownAmounts = (amounts: ResourceList, names: readonly string[]): string =>
  [...maskAmounts(amounts, names)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, amount]) => `${name}=${amount}`)
    .join(',');

/** A quota that counts the object, and the resources of it that the object's kind uses. */
interface Interested {
  running: RunningQuota;
  names: readonly string[];
}

/** The quotas that count the object. Throws if it lacks what they require, or if their usage is not known yet. */
function interestedIn(quotas: readonly RunningQuota[], { attributes, evaluator, object, around }: QuotaRequest): Interested[] {
  return quotas.flatMap((running) => {
    const { quota, hard, used } = running;
    const names = evaluator.matching([...hard.keys()], around);
    if (names.length === 0 || !hasScopes(evaluator, quota, object)) return [];
    const { name } = quota.metadata;
    const complaint = evaluator.complaint?.(names, object);
    if (complaint !== undefined) throw rejected(attributes, `failed quota: ${name}: ${complaint}`);
    if (names.some((each) => !used.has(each))) {
      throw rejected(attributes, `status unknown for quota: ${name}, resources: ${[...names].sort().join(',')}`);
    }
    return [{ running, names }];
  });
}

/** What an update adds to a quota: everything if the quota did not count the object before. */
function increase({ running }: Interested, usage: ResourceList, { evaluator, attributes, around }: QuotaRequest): ResourceList {
  const { oldObject } = attributes;
  if (attributes.operation !== 'UPDATE' || oldObject === undefined) return withoutZeros(usage);
  const counted = evaluator.matching([...running.hard.keys()], around).length > 0 && hasScopes(evaluator, running.quota, oldObject);
  return withoutZeros(counted ? subtractAmounts(usage, evaluator.usage(oldObject, around)) : usage);
}

/** Throws if the object uses something that is limited everywhere and no quota of its namespace covers that. */
function checkCover(interested: readonly Interested[], usage: ResourceList, request: QuotaRequest, all: Cover): void {
  const { attributes, evaluator, object } = request;
  const covered = new Set(interested.flatMap(({ names }) => names));
  const uncovered = needingCover(usage, evaluator, all.limited).filter((name) => !covered.has(name));
  if (uncovered.length > 0) throw rejected(attributes, `insufficient quota to consume: ${[...new Set(uncovered)].sort().join(',')}`);
  const wanted = all.limited.flatMap(({ matchScopes }) => matchScopes ?? []);
  const inScope = (each: (typeof wanted)[number]) => evaluator.inScope?.(each, object) ?? false;
  const limited = wanted.filter(inScope);
  if (limited.length === 0) return;
  const restricted = new Set(
    all.quotas.flatMap(({ quota }) =>
      scopeRequirements(quota)
        .filter(inScope)
        .map(({ scopeName }) => scopeName),
    ),
  );
  const open = limited.filter(({ scopeName }) => !restricted.has(scopeName));
  if (open.length > 0) throw bareError(`insufficient quota to match these scopes: ${shownScopes(open)}`);
}

interface Cover {
  quotas: readonly RunningQuota[];
  limited: readonly LimitedResource[];
}

/** The quota's usage with the request. Throws if it exceeds what is allowed. */
function charged({ quota, hard, used }: RunningQuota, increased: ResourceList, attributes: AdmissionAttributes): ResourceList {
  const requested = maskAmounts(increased, hard.keys());
  const sum = addAmounts(used, requested);
  if (attributes.subresource === 'status') return sum;
  const exceeded = exceedingResources(maskAmounts(sum, requested.keys()), hard);
  if (exceeded.length === 0) return sum;
  const [asked, before, limit] = [requested, used, hard].map((amounts) => shownAmounts(amounts, exceeded));
  throw rejected(attributes, `exceeded quota: ${quota.metadata.name}, requested: ${asked}, used: ${before}, limited: ${limit}`);
}

function judge(request: QuotaRequest, cover: Cover): Charges {
  const { evaluator, object, attributes, around } = request;
  const interested = interestedIn(cover.quotas, request);
  const usage = evaluator.usage(object, around);
  const negative = [...usage].filter(([, amount]) => amount.sign < 0).map(([name]) => name);
  if (negative.length > 0) throw rejected(attributes, `quota usage is negative for resource(s): ${negative.sort().join(',')}`);
  const increases = interested.map((each) => ({ ...each, increased: increase(each, usage, request) }));
  if (interested.length > 0 && increases.every(({ increased }) => increased.size === 0)) return NO_CHARGES;
  if (interested.length === 0 && attributes.operation === 'UPDATE') {
    const before = attributes.oldObject === undefined ? new Map() : evaluator.usage(attributes.oldObject, around);
    if (withoutZeros(subtractAmounts(usage, before)).size === 0) return NO_CHARGES;
  }
  checkCover(interested, usage, request, cover);
  return new Map(
    increases
      .filter(({ increased }) => increased.size > 0)
      .map(({ running, increased }) => [running, charged(running, increased, attributes)]),
  );
}

/** What a request costs each quota, or the StatusError that refuses it (resourcequota/controller.go CheckRequest). Pure. */
export function checkRequest(request: QuotaRequest, cover: Cover): Charges | StatusError {
  try {
    return judge(request, cover);
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
}
