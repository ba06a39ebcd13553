import type { networkingv1 } from '#api';
import { FIELD_IMMUTABLE_MESSAGE, type FieldError, invalidValue, required } from '#apimachinery';
import { ageColumn, nameColumn } from '../columns.js';
import { parseCIDR, strictCIDR } from '../rules/ip.js';
import { overNulls } from '../rules/nulls.js';
import { keepSpec, keepStatus } from '../rules/prepare.js';

function cidrErrors(spec: networkingv1.ServiceCIDRSpec): FieldError[] {
  const path = 'spec.cidrs';
  const cidrs = spec.cidrs ?? [];
  if (cidrs.length === 0) return [required(path, 'at least one CIDR required')];
  if (cidrs.length > 2) return [invalidValue(path, { CIDRs: cidrs }, 'may only hold up to 2 values')];
  const errors = cidrs.flatMap((cidr, index) => strictCIDR(`${path}[${index}]`, cidr));
  const [first, second] = cidrs.map((cidr) => parseCIDR(cidr)?.family);
  if (cidrs.length === 2 && first !== undefined && first === second) {
    const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
    errors.push(invalidValue(path, cidrs, detail));
  }
  return errors;
}

/** A CIDR of the second family may be added; nothing else may change (ValidateServiceCIDRUpdate). */
function validateUpdate(object: networkingv1.ServiceCIDR, old: networkingv1.ServiceCIDR): FieldError[] {
  const now = object.spec?.cidrs ?? [];
  const was = old.spec?.cidrs ?? [];
  const changed = (index: number): FieldError[] =>
    now[index] === was[index] ? [] : [invalidValue(`spec.cidrs[${index}]`, now[index], FIELD_IMMUTABLE_MESSAGE)];
  if (now.length === was.length) return was.flatMap((_, index) => changed(index));
  if (was.length === 1 && now.length === 2) return [...changed(0), ...cidrErrors(object.spec ?? {})];
  return [invalidValue('spec.cidrs', now, FIELD_IMMUTABLE_MESSAGE)];
}

/** ServiceCIDR (registry/networking/servicecidr): a range from which service addresses are allocated. */
export const serviceCIDR = overNulls<networkingv1.ServiceCIDR>({
  group: 'networking.k8s.io',
  resource: 'servicecidrs',
  prepareForCreate(object) {
    object.status = {};
  },
  prepareForUpdate: keepStatus,
  validate: (object) => cidrErrors(object.spec ?? {}),
  validateUpdate,
  subresources: { status: { prepareForUpdate: (object, old) => keepSpec(object, old, true) } },
  columns: [nameColumn, { name: 'CIDRs', type: 'string', cell: ({ spec }) => (spec?.cidrs ?? []).join(',') }, ageColumn],
});
