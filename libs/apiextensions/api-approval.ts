/** The annotation by which definitions in groups of the Kubernetes community name their review (apihelpers.GetAPIApprovalState). */
export const APPROVED_ANNOTATION = 'api-approved.kubernetes.io';

const LINK = 'see https://github.com/kubernetes/enhancements/pull/1111';

export interface Approval {
  state: 'missing' | 'approved' | 'bypassed' | 'invalid';
  message: string;
}

const isProtected = (group: string): boolean => /(^|\.)(k8s\.io|kubernetes\.io)$/.test(group);

function isURL(text: string): boolean {
  const [, scheme = '', rest = ''] = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)/.exec(text) ?? [];
  return scheme !== '' && rest !== '';
}

/** Undefined for a group that is not protected. */
export function approvalOf(group: string, annotations: Readonly<Record<string, string>> | undefined): Approval | undefined {
  if (!isProtected(group)) return undefined;
  const value = annotations?.[APPROVED_ANNOTATION] ?? '';
  if (value === '')
    return { state: 'missing', message: `protected groups must have approval annotation "${APPROVED_ANNOTATION}", ${LINK}` };
  if (isURL(value)) return { state: 'approved', message: `approved in ${value}` };
  if (value.startsWith('unapproved')) return { state: 'bypassed', message: `not approved: "${value}"` };
  const wanted = `with either a URL or a reason starting with "unapproved", ${LINK}`;
  return { state: 'invalid', message: `protected groups must have approval annotation "${APPROVED_ANNOTATION}" ${wanted}` };
}
