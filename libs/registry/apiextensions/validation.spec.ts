import { expect, test } from '@jest/globals';
import { validateDefinition, validateDefinitionUpdate } from './validation.js';

// biome-ignore lint/suspicious/noExplicitAny: tables have definitions of every shape
type Json = any;

const schema = { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } } } };
const v1 = { name: 'v1', served: true, storage: true, schema };
const names = { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' };

const definition = (spec: Json = {}, status: Json = {}, metadata: Json = {}): Json => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com', ...metadata },
  spec: { group: 'example.com', scope: 'Namespaced', names, versions: [v1], conversion: { strategy: 'None' }, ...spec },
  status: { storedVersions: ['v1'], ...status },
});

const texts = (errors: readonly { field: string; message: string }[]): string[] =>
  errors.map(({ field, message }) => `${field}: ${message.replace(/^(Invalid value): \[\{.*\}\]:/, '$1:')}`);

test.each<[string, Json, string[]]>([
  ['nothing wrong', definition(), []],
  [
    'another name',
    definition({}, {}, { name: 'others.example.com' }),
    ['metadata.name: Invalid value: "others.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'no group',
    definition({ group: '' }),
    ['metadata.name: Invalid value: "widgets.example.com": must be spec.names.plural+"."+spec.group', 'spec.group: Required value'],
  ],
  [
    'a group without a dot',
    definition({ group: 'example' }, {}, { name: 'widgets.example' }),
    ['spec.group: Invalid value: "example": should be a domain with at least one dot'],
  ],
  ['another scope', definition({ scope: 'Node' }), ['spec.scope: Unsupported value: "Node": supported values: "Cluster", "Namespaced"']],
  ['no scope', definition({ scope: '' }), ['spec.scope: Required value']],
  [
    'no version',
    definition({ versions: [] }),
    [
      'spec.versions: Invalid value: []: must have exactly one version marked as storage version',
      'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
    ],
  ],
  [
    'two stored versions',
    definition({ versions: [v1, { ...v1, name: 'v2' }] }),
    [
      'spec.versions: Invalid value: must have exactly one version marked as storage version',
      'status.storedVersions: Invalid value: ["v1"]: must have the storage version v2',
    ],
  ],
  [
    'a version twice',
    definition({ versions: [v1, { ...v1, storage: false }] }),
    ['spec.versions: Invalid value: must contain unique version names'],
  ],
  [
    'a version that is no label',
    definition({ versions: [{ ...v1, name: 'V1' }] }, { storedVersions: ['V1'] }),
    [
      "spec.versions[0].name: Invalid value: \"V1\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      "spec.version: Invalid value: \"V1\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  ['no schema', definition({ versions: [{ ...v1, schema: undefined }] }), ['spec.versions[0].schema.openAPIV3Schema: Required value']],
  [
    'kind and listKind the same',
    definition({ names: { ...names, listKind: 'Widget' } }),
    ['spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same'],
  ],
  [
    'a short name in upper case',
    definition({ names: { ...names, shortNames: ['W'] } }),
    [
      "spec.names.shortNames[0]: Invalid value: \"W\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
    ],
  ],
  [
    'a webhook without configuration',
    definition({ conversion: { strategy: 'Webhook' } }),
    [
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ],
  ],
  [
    'an unknown conversion',
    definition({ conversion: { strategy: 'Maybe' } }),
    ['spec.conversion.strategy: Unsupported value: "Maybe": supported values: "None", "Webhook"'],
  ],
  [
    'a webhook of unknown review versions',
    definition({
      conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v9'], clientConfig: { url: 'https://a.b/c' } } },
    }),
    ['spec.conversion.conversionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1'],
  ],
  [
    'a column with a wrong path and type',
    definition({ versions: [{ ...v1, additionalPrinterColumns: [{ name: 'A', type: 'text', jsonPath: 'spec' }] }] }),
    [
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec": must be a simple json path starting with .',
    ],
  ],
  [
    'scale paths elsewhere',
    definition({
      versions: [{ ...v1, subresources: { scale: { specReplicasPath: '.status.size', statusReplicasPath: 'status.size' } } }],
    }),
    [
      'spec.subresources.scale.specReplicasPath: Invalid value: ".status.size": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Invalid value: "status.size": must be a simple json path starting with .',
    ],
  ],
  [
    'selectable fields of all versions, with different schemas',
    definition({
      versions: [
        { ...v1, selectableFields: [{ jsonPath: '.spec.size' }] },
        {
          ...{ ...v1, name: 'v2', storage: false, selectableFields: [{ jsonPath: '.spec.size' }] },
          schema: { openAPIV3Schema: { ...schema.openAPIV3Schema, description: 'other' } },
        },
      ],
    }),
    ['spec.selectableFields: Invalid value: "": may only be set when validations.schema is included'],
  ],
  [
    'selectable fields of one version, with the same schema',
    definition({
      versions: [
        { ...v1, selectableFields: [{ jsonPath: '.spec.size' }] },
        { ...v1, name: 'v2', storage: false },
      ],
    }),
    ['spec.versions[0].selectableFields: Invalid value: "": may only be set when `version.schema.openAPIV3Schema` is not included'],
  ],
  [
    'a selectable field that is not in the schema',
    definition({ versions: [{ ...v1, selectableFields: [{ jsonPath: '.spec.other' }] }] }),
    ['spec.selectableFields[0].jsonPath: Invalid value: ".spec.other": is an invalid path: does not refer to a valid field'],
  ],
  [
    'a stored version that is gone',
    definition({}, { storedVersions: ['v1', 'v0'] }),
    [
      'status.storedVersions[1]: Invalid value: "v0": missing from spec.versions; v0 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v0 and removes v0 from status.storedVersions',
    ],
  ],
  [
    'no stored version',
    definition({}, { storedVersions: [] }),
    ['status.storedVersions: Invalid value: []: must have at least one stored version'],
  ],
  [
    'a protected group without approval',
    definition({ group: 'example.k8s.io' }, {}, { name: 'widgets.example.k8s.io' }),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
])('%s', (_, object, want) => {
  expect(texts(validateDefinition(object))).toEqual(want);
});

const webhook = (caBundle: string): Json => ({
  strategy: 'Webhook',
  webhook: { clientConfig: { url: 'https://a.b/c', caBundle }, conversionReviewVersions: ['v1'] },
});
const established = { conditions: [{ type: 'Established', status: 'True' }] };

test.each<[string, Json, Json, string[]]>([
  ['nothing changed', definition(), definition(), []],
  ['another scope before it is established', definition({ scope: 'Cluster' }), definition(), []],
  [
    'another scope',
    definition({ scope: 'Cluster' }),
    definition({}, established),
    ['spec.scope: Invalid value: "Cluster": field is immutable'],
  ],
  [
    'another kind',
    definition({ names: { ...names, kind: 'Other' } }),
    definition({}, established),
    ['spec.names.kind: Invalid value: "Other": field is immutable'],
  ],
  [
    'a CA bundle that is none, once established',
    definition({ conversion: webhook('bm9uZQ==') }),
    definition({}, established),
    [
      'spec.conversion.webhookClientConfig.caBundle: Invalid value: "bm9uZQ==": unable to load root certificates: unable to parse bytes as PEM block',
    ],
  ],
  [
    'a CA bundle that is none, and was so before',
    definition({ conversion: webhook('bm8=') }),
    definition({ conversion: webhook('bm9uZQ==') }, established),
    [],
  ],
  ['another group', definition({ group: 'other.com' }), definition(), ['spec.group: Invalid value: "other.com": field is immutable']],
])('update: %s', (_, object, old, want) => {
  expect(texts(validateDefinitionUpdate(object, old))).toEqual(want);
});
