import { expect, test } from '@jest/globals';
import { hasFormat, matchesFormat } from './formats.js';

test.each<[string, string[], string[]]>([
  [
    'date-time',
    ['2014-12-15T19:30:20.000Z', '2014-12-15t19:30:20+02:00'],
    ['2014-12-15', '2014-13-15T19:30:20Z', '2014-12-15T24:30:20Z', '2014-12-15T19:30:20'],
  ],
  ['date', ['2024-02-29'], ['2023-02-29', '2024-2-1', '20240201']],
  ['duration', ['22ns', '1h30m', '22 ns', '3 days', '-1.5h'], ['', 'soon', '22 parsecs']],
  ['uri', ['https://a.b/c?d', '/path', 'urn:x:y'], ['', 'a b', 'a/b', 'https://a.b/%zz']],
  ['email', ['a@b.c', 'Ann <a@b.c>', '"a b"@c.d'], ['', 'a', 'a@', '@b', 'a b@c.d']],
  ['hostname', ['a.example.com', 'a', '1a.example.com'], ['-a.example.com', 'a_b.com', `${'a'.repeat(64)}.com`]],
  ['ipv4', ['1.2.3.4', '01.2.3.4', '::ffff:1.2.3.4'], ['1.2.3', '1.2.3.256', '::1']],
  ['ipv6', ['::1', 'fe80::1'], ['1.2.3.4', 'fe80::1%eth0', ':::']],
  ['cidr', ['10.0.0.0/8', '010.0.0.0/8', '::/0'], ['10.0.0.0', '10.0.0.0/33', '10.0.0/8']],
  ['mac', ['01:23:45:67:89:ab', '01-23-45-67-89-ab', '0123.4567.89ab'], ['01:23:45:67:89', '01:23-45:67:89:ab', 'x']],
  ['uuid', ['A987FBC9-4BED-3078-CF07-9141BA07C9F3', 'a987fbc94bed3078cf079141ba07c9f3'], ['a987fbc9']],
  ['uuid3', ['a987fbc9-4bed-3078-cf07-9141ba07c9f3'], ['a987fbc9-4bed-4078-8f07-9141ba07c9f3']],
  ['uuid4', ['57b73598-8764-4ad0-a76a-679bb6640eb1'], ['57b73598-8764-5ad0-a76a-679bb6640eb1']],
  ['uuid5', ['987fbc97-4bed-5078-af07-9141ba07c9f3'], ['987fbc97-4bed-4078-af07-9141ba07c9f3']],
  ['isbn', ['0321751043', '978-0321751041'], ['0321751044', '978']],
  ['creditcard', ['4111-1111-1111-1111'], ['4111-1111-1111-1112', '1234']],
  ['ssn', ['111-11-1111'], ['11-11-1111']],
  ['hexcolor', ['#FFF', 'ffffff'], ['#ffff']],
  ['rgbcolor', ['rgb(100,100,100)'], ['rgb(300,100,100)']],
  ['byte', ['Zm9v', 'Zg=='], ['', 'Zm9', 'Zm9v!']],
  ['password', ['anything', ''], []],
  ['bsonobjectid', ['507f1f77bcf86cd799439011'], ['507f']],
  ['k8s-short-name', ['a-b'], ['A', '-a', 'a.b']],
  ['k8s-long-name', ['a-b.c'], ['A', 'a..b']],
])('%s', (format, right, wrong) => {
  expect(right.filter((text) => !matchesFormat(format, text))).toEqual([]);
  expect(wrong.filter((text) => matchesFormat(format, text))).toEqual([]);
});

test('names are compared without dashes; others are not validated', () => {
  expect(['datetime', 'date-time', 'k8sshortname', 'odd'].map(hasFormat)).toEqual([true, true, true, false]);
  expect(matchesFormat('odd', 'x')).toBe(true);
});

test.each(['ipv4', 'email', 'uri', 'duration', 'mac', 'isbn', 'creditcard', 'hostname', 'byte', 'date-time', 'cidr'])(
  'a long text is looked at in no time: %s',
  (format) => {
    for (const text of ['1'.repeat(1e6), '1h'.repeat(5e5), 'a@'.repeat(5e5), '01:'.repeat(3e5), 'a.'.repeat(5e5), ' '.repeat(1e6)]) {
      expect(typeof matchesFormat(format, text)).toBe('boolean');
    }
  },
);
