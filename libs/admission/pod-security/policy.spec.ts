import { formatFieldError } from '#apimachinery';
import { policyOf, policyText } from './policy.js';

const read = (labels: Record<string, string>) => {
  const prefixed = Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]);
  const { policy, errors } = policyOf(Object.fromEntries(prefixed));
  const { enforce, audit, warn } = policy;
  const problems = errors.map(formatFieldError);
  return [[enforce, audit, warn].map(policyText).join(' '), ...problems];
};
const label = (name: string) => `metadata.labels[pod-security.kubernetes.io/${name}]`;
const LEVELS = 'must be one of privileged, baseline, restricted';
const VERSIONS = 'must be "latest" or "v1.x"';

test.each<[Record<string, string>, string[]]>([
  [{}, ['privileged:latest privileged:latest privileged:latest']],
  [{ enforce: 'baseline' }, ['baseline:latest privileged:latest baseline:latest']],
  [{ enforce: 'baseline', 'enforce-version': 'v1.20' }, ['baseline:v1.20 privileged:latest baseline:v1.20']],
  [{ enforce: 'baseline', 'enforce-version': 'v1.20', 'warn-version': 'v1.30' }, ['baseline:v1.20 privileged:latest baseline:v1.30']],
  [{ enforce: 'restricted', warn: 'privileged' }, ['restricted:latest privileged:latest privileged:latest']],
  [{ enforce: 'privileged', audit: 'baseline', warn: 'restricted' }, ['privileged:latest baseline:latest restricted:latest']],
  [
    { enforce: 'Bogus' },
    ['restricted:latest privileged:latest privileged:latest', `${label('enforce')}: Invalid value: "Bogus": ${LEVELS}`],
  ],
  [
    { audit: '', warn: 'x', 'warn-version': 'v1.2' },
    [
      'privileged:latest privileged:latest privileged:v1.2',
      `${label('audit')}: Invalid value: "": ${LEVELS}`,
      `${label('warn')}: Invalid value: "x": ${LEVELS}`,
    ],
  ],
  [{ enforce: 'baseline', 'enforce-version': 'v1.99999' }, ['baseline:v1.99999 privileged:latest baseline:v1.99999']],
  ...['v1.01', 'v2.0', '1.20', 'v1.20.1', 'v1.-1', 'v1.9223372036854775808', ''].map((version): [Record<string, string>, string[]] => [
    { 'enforce-version': version },
    ['privileged:latest privileged:latest privileged:latest', `${label('enforce-version')}: Invalid value: "${version}": ${VERSIONS}`],
  ]),
])('%j', (labels, want) => {
  expect(read(labels)).toEqual(want);
});
