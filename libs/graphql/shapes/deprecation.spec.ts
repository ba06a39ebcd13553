import { deprecationIn } from './deprecation.js';

test.each([
  ['Deprecated: KubeProxy Version reported by the node.', 'KubeProxy Version reported by the node.'],
  ['An alias. Deprecated: Use serviceAccountName instead. See there.', 'Use serviceAccountName instead.'],
  ['A tuple. Deprecated: This API is deprecated in v1.33+.', 'This API is deprecated in v1.33+.'],
  ['Deprecated. Not all kubelets will set this field. Remove it after 1.13.', 'Not all kubelets will set this field.'],
  ['DEPRECATED: GitRepo is deprecated. To provision …', 'GitRepo is deprecated.'],
  ['Where from. This API is deprecated since 1.22: https://git.k8s.io/x', 'This API is deprecated since 1.22: https://git.k8s.io/x'],
  ['Kept. This field is deprecated in favor of `a.b` in c.d. See there.', 'This field is deprecated in favor of `a.b` in c.d.'],
  ['count is the deprecated field assuring compatibility.', 'count is the deprecated field assuring compatibility.'],
  ['Never populated, and now is deprecated.', 'Never populated, and now is deprecated.'],
  ['a -> b should be considered as deprecated', 'a -> b should be considered as deprecated'],
])('%s', (description, reason) => expect(deprecationIn(description)).toBe(reason));

test.each([
  undefined,
  '',
  'Retain, Delete and Recycle (deprecated).',
  'Even though the annotation is officially deprecated, controllers should honor it.',
  'deprecated indicates this version of the custom resource API is deprecated. When set to true …',
  'It overrides the warning. The default one indicates this version is deprecated and recommends another.',
  'May only be set when `deprecated` is true.',
  'The "x" annotation is deprecated since v1.32.',
  '* FQDN: a name. (Deprecated) The controller …',
])('%s is not deprecated', (description) => expect(deprecationIn(description)).toBeUndefined());
