import { expect, test } from '@jest/globals';
import { approvalOf } from './api-approval.js';

const LINK = 'see https://github.com/kubernetes/enhancements/pull/1111';
const MUST = 'protected groups must have approval annotation "api-approved.kubernetes.io"';

// Texts from apiextensions-apiserver/pkg/apihelpers/helpers.go GetAPIApprovalState.
test.each<[string, string, string | undefined, ReturnType<typeof approvalOf>]>([
  ['a group of somebody', 'example.com', undefined, undefined],
  ['a name that only ends like one', 'my-k8s.io', undefined, undefined],
  ['k8s.io', 'k8s.io', undefined, { state: 'missing', message: `${MUST}, ${LINK}` }],
  ['below kubernetes.io', 'a.kubernetes.io', '', { state: 'missing', message: `${MUST}, ${LINK}` }],
  ['a link', 'a.k8s.io', 'https://a.b/c', { state: 'approved', message: 'approved in https://a.b/c' }],
  ['a reason', 'a.k8s.io', 'unapproved, a test', { state: 'bypassed', message: 'not approved: "unapproved, a test"' }],
  [
    'any other text',
    'a.k8s.io',
    'yes',
    { state: 'invalid', message: `${MUST} with either a URL or a reason starting with "unapproved", ${LINK}` },
  ],
])('%s', (_, group, annotation, want) => {
  const annotations = annotation === undefined ? undefined : { 'api-approved.kubernetes.io': annotation };
  expect(approvalOf(group, annotations)).toEqual(want);
});
