import type { corev1 } from '#api';
import type { ResourceStrategy } from '#apiserver';

/**
 * Events as events.k8s.io serves them: the same objects as the core group's, whose strategy does the rest. Some field labels have different
 * names (pkg/apis/events/v1 AddFieldLabelConversionsForEvent); they read the stored version.
 */
export const groupedEvent: ResourceStrategy<corev1.Event> = {
  group: 'events.k8s.io',
  resource: 'events',
  fields: {
    'regarding.kind': ({ involvedObject }) => involvedObject?.kind ?? '',
    'regarding.namespace': ({ involvedObject }) => involvedObject?.namespace ?? '',
    'regarding.name': ({ involvedObject }) => involvedObject?.name ?? '',
    'regarding.uid': ({ involvedObject }) => involvedObject?.uid ?? '',
    'regarding.apiVersion': ({ involvedObject }) => involvedObject?.apiVersion ?? '',
    'regarding.resourceVersion': ({ involvedObject }) => involvedObject?.resourceVersion ?? '',
    'regarding.fieldPath': ({ involvedObject }) => involvedObject?.fieldPath ?? '',
    reason: ({ reason }) => reason ?? '',
    reportingController: ({ reportingComponent, source }) => reportingComponent || source?.component || '',
    type: ({ type }) => type ?? '',
  },
};
