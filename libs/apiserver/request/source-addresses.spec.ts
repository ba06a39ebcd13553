import { sourceAddresses } from './source-addresses.js';

test.each([
  [{}, '10.0.0.1', '10.0.0.1'],
  [{}, '::ffff:10.0.0.1', '10.0.0.1'],
  [{}, '::1', '::1'],
  [{}, undefined, ''],
  [{ 'x-forwarded-for': '1.1.1.1, nonsense , 2.2.2.2' }, '10.0.0.1', '1.1.1.1,2.2.2.2,10.0.0.1'],
  [{ 'x-forwarded-for': '1.1.1.1, 10.0.0.1' }, '10.0.0.1', '1.1.1.1,10.0.0.1'],
  [{ 'x-forwarded-for': '1.1.1.1', 'x-real-ip': '3.3.3.3' }, '10.0.0.1', '1.1.1.1,3.3.3.3,10.0.0.1'],
  [{ 'x-forwarded-for': '3.3.3.3,1.1.1.1', 'x-real-ip': '3.3.3.3' }, '10.0.0.1', '3.3.3.3,1.1.1.1,10.0.0.1'],
  [{ 'x-forwarded-for': '2001:db8::1' }, '10.0.0.1', '2001:db8::1,10.0.0.1'],
  [{ 'x-forwarded-for': '1.1.1.1,'.repeat(1000) }, undefined, Array(16).fill('1.1.1.1').join(',')],
])('%j from %s: %s', (headers, address, expected) => {
  expect(sourceAddresses({ headers, ...(address === undefined ? {} : { address }) })).toBe(expected);
});
