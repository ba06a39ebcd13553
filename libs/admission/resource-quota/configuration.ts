import { aggregateFieldErrors, type FieldError, fieldPath, required } from '#apimachinery';
import type { ConfigurationType } from '#apiserver';
import type { LimitedResource } from './limited-resources.js';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []);

function matchScopes(value: unknown): LimitedResource['matchScopes'] {
  const entries = Array.isArray(value) ? value.filter(isObject) : [];
  return entries.map(({ scopeName, operator, values }) => ({
    scopeName: String(scopeName ?? ''),
    operator: String(operator ?? ''),
    values: texts(values),
  }));
}

/** The type of a configuration (apiserver/pkg/admission/plugin/resourcequota/apis/resourcequota). */
export const CONFIGURATION: ConfigurationType = {
  kinds: [
    ['apiserver.config.k8s.io/v1', 'ResourceQuotaConfiguration'],
    ['resourcequota.admission.k8s.io/v1beta1', 'Configuration'],
    ['resourcequota.admission.k8s.io/v1alpha1', 'Configuration'],
  ],
  fields: {
    limitedResources: [
      {
        ...{ apiGroup: 'value', resource: 'value', matchContains: 'value' },
        matchScopes: [{ scopeName: 'value', operator: 'value', values: 'value' }],
      },
    ],
  },
};

/** The limited resources of a configuration (apis/resourcequota Configuration). Throws an Error with upstream's message. */
export function limitedResourcesOf(configuration: unknown): LimitedResource[] {
  const given = isObject(configuration) ? configuration.limitedResources : undefined;
  const limited = (Array.isArray(given) ? given.filter(isObject) : []).map((each) => ({
    apiGroup: String(each.apiGroup ?? ''),
    resource: String(each.resource ?? ''),
    matchContains: texts(each.matchContains),
    matchScopes: matchScopes(each.matchScopes),
  }));
  const errors = limited.flatMap(({ resource }, index): FieldError[] =>
    resource === '' ? [required(fieldPath('limitedResources').index(index).child('resource'))] : [],
  );
  if (errors.length > 0) throw new Error(aggregateFieldErrors(errors));
  return limited;
}
