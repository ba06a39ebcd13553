import type { networkingv1 } from '#api';
import { type FieldError, isDNS1123Subdomain, nameIsPathSegment, required } from '#apimachinery';
import { nameColumn } from '../columns.js';
import { strictIP } from '../rules/ip.js';
import { overNulls } from '../rules/nulls.js';
import { eachInvalid, immutable, requiredPathSegment } from '../rules/text.js';

function validate({ spec }: networkingv1.IPAddress): FieldError[] {
  const parent = spec?.parentRef;
  if (!parent) return [required('spec.parentRef')];
  const path = 'spec.parentRef';
  const { group, resource, namespace, name } = parent;
  return [
    ...(group ? eachInvalid(`${path}.group`, group, isDNS1123Subdomain(group)) : []),
    ...requiredPathSegment(`${path}.resource`, resource),
    ...requiredPathSegment(`${path}.name`, name),
    ...(namespace ? eachInvalid(`${path}.namespace`, namespace, nameIsPathSegment(namespace, false)) : []),
  ];
}

function parentText({ spec }: networkingv1.IPAddress): string {
  const parent = spec?.parentRef;
  if (!parent) return '<none>';
  const resource = `${parent.resource ?? ''}${parent.group ? `.${parent.group}` : ''}`.toLowerCase();
  return [resource, ...(parent.namespace ? [parent.namespace] : []), parent.name].join('/');
}

/** The messages of strictIP's errors, without path and value. */
const nameMessages = (name: string): string[] => strictIP('', name).map(({ message }) => message.slice(message.indexOf('": ') + 3));

/** IPAddress (registry/networking/ipaddress): one per service address in use, named by the address. */
export const ipAddress = overNulls<networkingv1.IPAddress>({
  group: 'networking.k8s.io',
  resource: 'ipaddresses',
  validateName: nameMessages,
  validate,
  validateUpdate: (object, old) => [...validate(object), ...immutable('spec.parentRef', object.spec?.parentRef, old.spec?.parentRef)],
  columns: [nameColumn, { name: 'ParentRef', type: 'string', cell: parentText }],
});
