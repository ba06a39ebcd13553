// The worst policies and webhooks of a given size.
import { json, listOf, nested } from './parts.mjs';

const group = '/apis/admissionregistration.k8s.io/v1';
const rule = { operations: ['CREATE'], apiGroups: ['none.example.com'], apiVersions: ['v1'], resources: ['x'] };
const policy = (spec) =>
  json(`${group}/validatingadmissionpolicies`, {
    metadata: { name: 'w' },
    spec: { matchConstraints: { resourceRules: [rule] }, validations: [{ expression: 'true' }], ...spec },
  });
const validation = (expression) => policy({ validations: [{ expression }] });
const webhook = (more) => ({
  name: 'a.test.io',
  clientConfig: { url: 'https://192.0.2.1/' },
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  ...more,
});
const webhooks = (list) => json(`${group}/validatingwebhookconfigurations`, { metadata: { name: 'w' }, webhooks: list });

/** Shape by name: bytes → request. */
export const worstAdmission = {
  celOr: (n) => validation(listOf(n, 8, () => 'true').join(' || ')),
  celNested: (n) => validation(nested(n, '(', 'true', ')')),
  celLists: (n) => validation(`${nested(n, '[', '', ']')} == []`),
  celMacros: (n) => validation(nested(n, '[1].all(a, ', 'true', ')')),
  celOptionals: (n) => validation(`${nested(n, 'optional.of(1).optMap(a, ', '1', ')')} == 1`),
  celString: (n) => validation(`'${'x'.repeat(n)}' == ''`),
  celEscapes: (n) => validation(`'${'\\u0041'.repeat(n / 6)}' == ''`),
  celErrors: (n) => validation(listOf(n, 6, (i) => `a${i % 10}`).join(' || ')),
  celBlanks: (n) => validation(`${' '.repeat(n)}true`),
  celComments: (n) => validation(`${'// \n'.repeat(n / 4)}true`),
  celFoldedRanges: (n) => validation(`object.a.matches('(?i)${'[\u0100-\uffff]'.repeat(n / 5)}')`),
  celClasses: (n) => validation(`object.a.matches('${'[^\\\\pL]'.repeat(n / 7)}')`),
  celPatterns: (n) => validation(listOf(n, 32, (i) => `object.a.matches('(a+)+${i}')`).join(' || ')),
  celMatches: (n) => validation(`object.a.matches('${'(a+)+'.repeat(n / 5)}')`),
  manyValidations: (n) => policy({ validations: listOf(n, 24, () => ({ expression: 'true' })) }),
  manyVariables: (n) => policy({ variables: listOf(n, 40, (i) => ({ name: `v${i}`, expression: i ? `variables.v${i - 1}` : '1' })) }),
  tinyVariables: (n) => policy({ variables: listOf(Math.min(n, 400_000), 24, (i) => ({ name: `v${i}`, expression: '1' })) }),
  manyAnnotations: (n) => policy({ auditAnnotations: listOf(n, 40, (i) => ({ key: `k${i}` })) }),
  manyVersions: (n) => webhooks([webhook({ admissionReviewVersions: listOf(n, 8, (i) => `v${i}`) })]),
  equalVariables: (n) => policy({ variables: listOf(n, 30, () => ({ name: 'v', expression: '1' })) }),
  manyRules: (n) => policy({ matchConstraints: { resourceRules: listOf(n, 110, () => rule) } }),
  manyNames: (n) => policy({ matchConstraints: { resourceRules: [{ ...rule, resourceNames: listOf(n, 8, (i) => `n${i}`) }] } }),
  manyResources: (n) => policy({ matchConstraints: { resourceRules: [{ ...rule, resources: listOf(n, 8, (i) => `r${i}/s`) }] } }),
  manyHooks: (n) => webhooks(listOf(n, 140, (i) => webhook({ name: `a${i}.test.io` }))),
  equalHooks: (n) => webhooks(listOf(n, 140, () => webhook())),
  manyConditions: (n) => webhooks([webhook({ matchConditions: listOf(n, 34, (i) => ({ name: `c${i}`, expression: 'true' })) })]),
  longUrl: (n) => webhooks([webhook({ clientConfig: { url: `https://a/${'b/'.repeat(n / 2)}` } })]),
  longCa: (n) => webhooks([webhook({ clientConfig: { url: 'https://a/', caBundle: 'A'.repeat(n - (n % 4)) } })]),
};
