import type { corev1, resourcev1 } from '#api';
import { fieldForbidden, type GroupKind, invalid } from '#apimachinery';
import type { StrategyContext } from '#apiserver';

const LABEL = 'resource.kubernetes.io/admin-access';

/** Refuses admin access to devices in namespaces that are not labelled for it (registry/resource AuthorizedForAdmin). Throws StatusError. */
export async function confirmAdminAccess(
  { name, kind, requests }: { name: string; kind: GroupKind; requests: readonly resourcev1.DeviceRequest[] | undefined },
  { reader, namespace }: StrategyContext,
): Promise<void> {
  const index = (requests ?? []).findIndex(({ exactly }) => exactly?.adminAccess === true);
  if (index < 0) return;
  const found = await reader.get<corev1.Namespace>('', 'namespaces', '', namespace);
  if (found?.metadata.labels?.[LABEL] === 'true') return;
  const message = `admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;
  throw invalid(kind, name, [fieldForbidden(`spec.devices.requests[${index}].adminAccess`, message)]);
}
