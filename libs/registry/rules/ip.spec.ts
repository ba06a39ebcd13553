import { canonicalIP, cidrContains, endpointIP, ipWarnings, legacyCIDR, legacyIP, parseCIDR, strictCIDR, strictIP } from './ip.js';

const messages = (errors: Array<{ message: string }>): string[] => errors.map(({ message }) => message);

describe('addresses', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['010.001.002.003', '10.1.2.3'],
    ['2001:DB8:0:0::1', '2001:db8::1'],
    ['::ffff:1.2.3.4', '1.2.3.4'],
    ['0.0.0.0', '0.0.0.0'],
    ['1.2.3', undefined],
    ['1.2.3.256', undefined],
    ['fe80::1%eth0', undefined],
    ['x', undefined],
    ['', undefined],
  ])('%s is %s', (text, expected) => {
    expect(canonicalIP(text)).toBe(expected);
  });

  it.each([
    ['10.1.2.3', [], []],
    ['010.1.2.3', ['Invalid value: "010.1.2.3": must not have leading 0s'], ['Invalid value: "010.1.2.3": must not have leading 0s']],
    [
      '::ffff:1.2.3.4',
      ['Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address'],
      ['Invalid value: "::ffff:1.2.3.4": must not be an IPv4-mapped IPv6 address'],
    ],
    ['2001:DB8::1', [], ['Invalid value: "2001:DB8::1": must be in canonical form ("2001:db8::1")']],
    [
      'x',
      ['Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
      ['Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
    ],
  ])('%s by the old rule and the strict one', (text, legacy, strict) => {
    expect([messages(legacyIP('f', text)), messages(strictIP('f', text))]).toEqual([legacy, strict]);
  });

  it('accepts existing values', () => {
    expect(legacyIP('f', '010.1.2.3', ['010.1.2.3'])).toEqual([]);
  });

  it.each([
    ['10.0.0.1', []],
    ['0.0.0.0', ['Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)']],
    ['127.0.0.1', ['Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)']],
    ['169.254.1.1', ['Invalid value: "169.254.1.1": may not be in the link-local range (169.254.0.0/16, fe80::/10)']],
    ['fe80::1', ['Invalid value: "fe80::1": may not be in the link-local range (169.254.0.0/16, fe80::/10)']],
    ['224.0.0.9', ['Invalid value: "224.0.0.9": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)']],
    ['ff02::1', ['Invalid value: "ff02::1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)']],
    ['x', ['Invalid value: "x": must be a valid IP address']],
  ])('%s as an endpoint', (text, expected) => {
    expect(messages(endpointIP('f', text))).toEqual(expected);
  });

  it.each([
    ['10.0.0.1', []],
    ['010.0.0.1', ['f: non-standard IP address "010.0.0.1" is invalid: use "10.0.0.1"']],
    ['2001:DB8::1', ['f: IPv6 address "2001:DB8::1" should be in RFC 5952 canonical format ("2001:db8::1")']],
  ])('warnings of %s', (text, expected) => {
    expect(ipWarnings('f', text)).toEqual(expected);
  });
});

describe('CIDRs', () => {
  it.each([
    ['10.1.2.3/8', { address: '10.1.2.3', network: '10.0.0.0', length: 8, family: 4 }],
    ['2001:db8::1/33', { address: '2001:db8::1', network: '2001:db8::', length: 33, family: 6 }],
    ['10.0.0.0/33', undefined],
    ['10.0.0.0', undefined],
    ['x/8', undefined],
  ])('%s', (text, expected) => {
    expect(parseCIDR(text)).toEqual(expected);
  });

  it.each([
    ['10.0.0.0/8', [], []],
    [
      '10.0.0.1/8',
      ['Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'],
      ['Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length'],
    ],
    [
      '10.0.0.0/08',
      ['Invalid value: "10.0.0.0/08": must not have leading 0s in IP or prefix length'],
      ['Invalid value: "10.0.0.0/08": must not have leading 0s in IP or prefix length'],
    ],
    ['2001:DB8::/32', [], ['Invalid value: "2001:DB8::/32": must be in canonical form ("2001:db8::/32")']],
  ])('%s by the old rule and the strict one', (text, legacy, strict) => {
    expect([messages(legacyCIDR('f', text)), messages(strictCIDR('f', text))]).toEqual([legacy, strict]);
  });

  it('knows which addresses it contains', () => {
    const cidr = parseCIDR('10.8.0.0/13');
    expect(cidr && ['10.15.255.255', '10.16.0.0', '::1', 'x'].map((address) => cidrContains(cidr, address))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});
