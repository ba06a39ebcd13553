import { fieldLines } from './field-line.js';

const manifest = `# a comment
---
apiVersion: apps/v1
metadata:
  name: web
  labels: {app.kubernetes.io/name: web, tier:
    back}
spec:
  template:
    spec:
      containers:
        - name: a
          image: nginx
        - name: b
          "image": [x]
`;

test.each([
  ['spec.template.spec.containers[1].image', 15],
  ['spec.template.spec.containers[0]', 12],
  ['metadata.labels[app.kubernetes.io/name]', 6],
  ['metadata.labels[tier]', 6],
  ['metadata.name', 5],
  ['spec.template.spec.containers[1].ports[0].name', 14],
  ['spec.selector', 8],
  ['nowhere', undefined],
  ['', undefined],
])('%s is in line %s', (path, line) => expect(fieldLines(manifest, [path])).toEqual([line]));

test('of JSON, too; of nothing that cannot be read', () => {
  expect(fieldLines('{"a": {\n"b": 1}}', ['a.b'])).toEqual([2]);
  expect(fieldLines('a: b: c', ['a', 'b'])).toEqual([undefined, undefined]);
  expect(fieldLines('- a', ['a'])).toEqual([undefined]);
});
