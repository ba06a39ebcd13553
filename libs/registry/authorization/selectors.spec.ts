import { fieldSelectorOf, labelSelectorOf, type ReadSelector } from './selectors.js';

const requirement = (key: string, operator: string, ...values: string[]) => ({ key, operator, values });
const FIELDS = 'spec.resourceAttributes.fieldSelector';
const LABELS = 'spec.resourceAttributes.labelSelector';

describe('selectors of access reviews', () => {
  it.each<[string, Parameters<typeof fieldSelectorOf>[0], ReadSelector]>([
    ['none', undefined, {}],
    ['raw', { rawSelector: 'spec.nodeName=a,metadata.name!=b' }, { text: 'spec.nodeName=a,metadata.name!=b' }],
    ['raw that cannot be parsed', { rawSelector: 'a' }, { trouble: `${FIELDS} ignored due to parse error` }],
    ['requirements', { requirements: [requirement('a', 'In', 'b,c'), requirement('d', 'NotIn', 'e')] }, { text: 'a=b\\,c,d!=e' }],
    [
      'some of them',
      { requirements: [requirement('a', 'In', 'b'), requirement('a', 'Exists')] },
      { text: 'a=b', trouble: `${FIELDS} partially ignored due to parse error` },
    ],
    ['several values', { requirements: [requirement('a', 'In', 'b', 'c')] }, { trouble: `${FIELDS} ignored due to parse error` }],
    ['no value', { requirements: [requirement('a', 'NotIn')] }, { trouble: `${FIELDS} ignored due to parse error` }],
  ])('fields: %s', (_, selector, expected) => expect(fieldSelectorOf(selector)).toEqual(expected));

  it.each<[string, Parameters<typeof labelSelectorOf>[0], ReadSelector]>([
    ['none', undefined, {}],
    ['raw', { rawSelector: 'a in (b)' }, { text: 'a in (b)' }],
    ['raw that cannot be parsed', { rawSelector: 'a in (' }, { trouble: `${LABELS} ignored due to parse error` }],
    [
      'requirements',
      {
        requirements: [
          requirement('a', 'In', 'b', 'c'),
          requirement('d', 'NotIn', 'e'),
          requirement('f', 'Exists'),
          requirement('g', 'DoesNotExist'),
        ],
      },
      { text: 'a in (b,c),d notin (e),f,!g' },
    ],
    [
      'some of them',
      { requirements: [requirement('a', 'Exists'), requirement('a', 'in', 'b')] },
      { text: 'a', trouble: `${LABELS} partially ignored due to parse error` },
    ],
    ['an invalid key', { requirements: [requirement('%', 'Exists')] }, { trouble: `${LABELS} ignored due to parse error` }],
  ])('labels: %s', (_, selector, expected) => expect(labelSelectorOf(selector)).toEqual(expected));
});
