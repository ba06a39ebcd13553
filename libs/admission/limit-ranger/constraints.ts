import { getOwn, parseQuantity, type Quantity } from '#apimachinery';

/** Amounts by resource, as texts. */
export type Amounts = Readonly<Record<string, string>>;

/** What a constraint is checked against. */
export interface Usage {
  requests: Amounts;
  limits: Amounts;
}

const amount = (amounts: Amounts, resource: string): Quantity | undefined => {
  const text = getOwn(amounts, resource);
  return text === undefined ? undefined : parseQuantity(text);
};

/** plugin/pkg/admission/limitranger minConstraint. Returns the error message. */
export function belowMinimum(type: string, resource: string, minimum: string, { requests, limits }: Usage): string | undefined {
  const enforced = parseQuantity(minimum);
  const request = amount(requests, resource);
  const limit = amount(limits, resource);
  const begin = `minimum ${resource} usage per ${type} is ${enforced}`;
  if (!request) return `${begin}.  No request is specified`;
  if (request.compare(enforced) < 0) return `${begin}, but request is ${request}`;
  return limit && limit.compare(enforced) < 0 ? `${begin}, but limit is ${limit}` : undefined;
}

/** maxConstraint. */
export function aboveMaximum(type: string, resource: string, maximum: string, { requests, limits }: Usage): string | undefined {
  const enforced = parseQuantity(maximum);
  const request = amount(requests, resource);
  const limit = amount(limits, resource);
  const begin = `maximum ${resource} usage per ${type} is ${enforced}`;
  if (!limit) return `${begin}.  No limit is specified`;
  if (limit.compare(enforced) > 0) return `${begin}, but limit is ${limit}`;
  return request && request.compare(enforced) > 0 ? `${begin}, but request is ${request}` : undefined;
}

/** maxRequestConstraint: for kinds without limits, such as claims. */
export function requestAboveMaximum(type: string, resource: string, maximum: string, requests: Amounts): string | undefined {
  const enforced = parseQuantity(maximum);
  const request = amount(requests, resource);
  const begin = `maximum ${resource} usage per ${type} is ${enforced}`;
  if (!request) return `${begin}.  No request is specified`;
  return request.compare(enforced) > 0 ? `${begin}, but request is ${request}` : undefined;
}

/** limitRequestRatioConstraint. */
export function aboveRatio(type: string, resource: string, maximum: string, { requests, limits }: Usage): string | undefined {
  const enforced = parseQuantity(maximum);
  const request = amount(requests, resource);
  const limit = amount(limits, resource);
  const begin = `${resource} max limit to request ratio per ${type} is ${enforced}, but`;
  if (!request || request.isZero) return `${begin} no request is specified or request is 0`;
  if (!limit || limit.isZero) return `${begin} no limit is specified or limit is 0`;
  const ratio = limit.milliValue() / request.milliValue();
  return ratio > enforced.toNumber() ? `${begin} provided ratio is ${ratio.toFixed(6)}` : undefined;
}
