import { findImage } from '../images/catalogue.js';
import { parseImage } from '../images/reference.js';
import { commandsOf, isUninterpreted, shellsOf } from './image-commands.js';

/** Which of the commands that tutorials use are in an image. */
test.each([
  ['nginx:1.27', 'sh bash curl'],
  ['nginx:1.27-alpine', 'sh wget curl'],
  ['nginx:1.27.3-alpine3.20-slim', 'sh wget'],
  ['busybox:1.36', 'sh wget'],
  ['alpine:3.20', 'sh wget'],
  ['curlimages/curl:8.5.0', 'sh wget curl'],
  ['registry.k8s.io/pause:3.10', ''],
])('%s has %s', (name, want) => {
  const reference = parseImage(name);
  const image = reference && findImage(reference)?.definition;
  if (!image) throw new Error(`${name} does not exist`);
  const found = [...shellsOf(image, name), ...Object.keys(commandsOf(image, name))];
  expect(['sh', 'bash', 'wget', 'curl'].filter((command) => found.includes(command)).join(' ')).toBe(want);
});

test.each([
  ['busybox', 'awk', true],
  ['busybox', 'apt-get', false],
  ['ubuntu', 'apt-get', true],
  ['ubuntu', 'no-such-command', false],
  ['registry.k8s.io/pause:3.10', 'awk', false],
])('%s has %s without its being interpreted: %s', (name, command, want) => {
  const reference = parseImage(name);
  const image = reference && findImage(reference)?.definition;
  expect(image && isUninterpreted(image, command, name)).toBe(want);
});
