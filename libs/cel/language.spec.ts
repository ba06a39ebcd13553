import { celEnvironment, celToJSON, DYN, INT, mapType, STRING, schemaDeclType } from './index.js';

const type = schemaDeclType(
  {
    type: 'object',
    properties: {
      replicas: { type: 'integer' },
      ratio: { type: 'number' },
      name: { type: 'string' },
      'a-b': { type: 'string' },
      namespace: { type: 'string' },
      at: { type: 'string', format: 'date-time' },
      data: { type: 'string', format: 'byte' },
      wait: { type: 'string', format: 'duration' },
      list: { type: 'array', items: { type: 'object', properties: { n: { type: 'integer' }, s: { type: 'string' } } } },
      set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      either: { 'x-kubernetes-int-or-string': true },
    },
  },
  { name: 'selfType' },
);
const environment = celEnvironment({ variables: { self: type ?? DYN, x: DYN, n: INT, m: mapType(STRING, INT) } });
const self = {
  ...{ replicas: 3, ratio: 1, name: 'web', 'a-b': 'dash', namespace: 'ns', at: '2020-02-03T04:05:06.5+01:00', data: 'QUI=', wait: '1h30m' },
  ...{
    list: [
      { n: 1, s: 'a' },
      { n: 2, s: 'b' },
    ],
    set: ['b', 'a'],
    labels: { app: 'x' },
    either: '50%',
  },
};

/** The value of an expression as JSON, or its error; the issues of one that does not compile. */
function evaluated(source: string): unknown {
  const { program, issues } = environment.compile(source);
  if (!program) return issues;
  const outcome = program.evaluate({ self, x: { a: [1, 2.5, 'b'], b: null }, n: 7, m: { one: 1 } });
  return outcome.error === undefined ? celToJSON(outcome.value) : `error: ${outcome.error}`;
}

const NEEDS = "{'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}";

test.each([
  ['1 +', `ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting ${NEEDS}\n | 1 +\n | ...^`],
  [
    'a | b',
    "ERROR: <input>:1:3: Syntax error: token recognition error at: '| '\n | a | b\n | ..^\nERROR: <input>:1:5: Syntax error: extraneous input 'b' expecting <EOF>\n | a | b\n | ....^",
  ],
  ['f(1', "ERROR: <input>:1:4: Syntax error: missing ')' at '<EOF>'\n | f(1\n | ...^"],
  ['x.true', "ERROR: <input>:1:3: Syntax error: mismatched input 'true' expecting IDENTIFIER\n | x.true\n | ..^"],
  ['package', 'ERROR: <input>:1:1: reserved identifier: package\n | package\n | ^'],
  ['self.foo', "ERROR: <input>:1:5: undefined field 'foo'\n | self.foo\n | ....^"],
  ["1 + 'a'", "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + 'a'\n | ..^"],
  ['self.name.size', "ERROR: <input>:1:10: type 'string' does not support field selection\n | self.name.size\n | .........^"],
  ['nope', "ERROR: <input>:1:1: undeclared reference to 'nope' (in container '')\n | nope\n | ^"],
  ['self.name.nope()', "ERROR: <input>:1:15: undeclared reference to 'nope' (in container '')\n | self.name.nope()\n | ..............^"],
  [
    'self.name.startsWith(1)',
    "ERROR: <input>:1:21: found no matching overload for 'startsWith' applied to 'string.(int)'\n | self.name.startsWith(1)\n | ....................^",
  ],
  ['true && 1', "ERROR: <input>:1:9: expected type 'bool' but found 'int'\n | true && 1\n | ........^"],
  ["[1, 'a']", "ERROR: <input>:1:5: expected type 'int' but found 'string'\n | [1, 'a']\n | ....^"],
  [
    'n.all(i, true)',
    "ERROR: <input>:1:1: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)\n | n.all(i, true)\n | ^",
  ],
  ['has(n)', 'ERROR: <input>:1:5: invalid argument to has() macro\n | has(n)\n | ....^'],
  ["'é' + 1", "ERROR: <input>:1:5: found no matching overload for '_+_' applied to '(string, int)'\n | 'é' + 1\n | .\uff0e..^"],
  ["duration('1')", "ERROR: <input>:1:10: invalid duration argument\n | duration('1')\n | .........^"],
  ["int('x') > 1", "type conversion error from 'string' to 'int'"],
])('%s does not compile', (source, issues) => {
  expect(evaluated(source)).toBe(issues);
});

test.each<[string, unknown]>([
  // Fields by their types and names.
  ['self.ratio == 1.0 && type(self.ratio) == double', true],
  ["self.a__dash__b == 'dash' && self.__namespace__ == 'ns' && self.namespace == 'ns'", true],
  ["self.at.getFullYear() == 2020 && self.at.getHours() == 3 && self.at.getHours('+02:00') == 5", true],
  ["string(self.at) == '2020-02-03T04:05:06.5+01:00'", true],
  ["self.at - duration('1h') == timestamp('2020-02-03T02:05:06.5Z')", true],
  ["self.data == b'AB' && self.wait == duration('90m')", true],
  ["self.set == ['a', 'b'] && self.set + ['c', 'a'] == ['b', 'a', 'c']", true],
  ["has(self.name) && !has(self.labels.y) && 'app' in self.labels", true],
  ["self.list.map(i, i.s).join('-') == 'a-b'", true],
  ["type(self.either) == string ? self.either == '50%' : false", true],
  ['self.list.exists(i, i.n == 2) && self.list.exists_one(i, i.n == 1) && self.list.all(i, i.n > 0)', true],
  // Numbers.
  ['[7 / 2, -7 / 2, 7 % 3, -7 % 3]', [3, -3, 1, -1]],
  ['9223372036854775807 + 1', 'error: integer overflow'],
  ['-9223372036854775808 / -1', 'error: integer overflow'],
  ['0u - 1u', 'error: unsigned integer overflow'],
  ['1 / 0', 'error: division by zero'],
  ['1 % 0', 'error: modulus by zero'],
  ['1.0 / 0.0 > 1000000.0', true],
  ['1 < 1.5 && 2u > 1 && 1u < 1.5 && dyn(1) == 1.0 && dyn(1u) == 1', true],
  ['9007199254740993 > 9007199254740992.0', true],
  ['0x1F + 017', 48],
  ["int('-12') + int(3.9) + int(timestamp('1970-01-01T00:00:10Z'))", 1],
  ['[string(1.0), string(1e30), string(0.00001), string(5u)]', ['1', '1e+30', '1e-05', '5']],
  ['[string(999999.0), string(1000000.0), string(-1234567.5), string(0.0001)]', ['999999', '1e+06', '-1.2345675e+06', '0.0001']],
  [
    "[string(duration('1ns')), string(duration('-1500ms')), string(duration('2562047h47m16.854775807s'))]",
    ['0.000000001s', '-1.5s', '9223372036.854776s'],
  ],
  ["[string(double('-inf')), string(double('NaN')), string(double('+Infinity'))]", ['-Inf', 'NaN', '+Inf']],
  ["double('+nan') == 0.0 || true", "type conversion error from 'string' to 'double'"],
  ["timestamp('2020-01-01T1:02:03Z').getHours() + timestamp('2020-01-01T10:00:00Z').getHours('-01:30')", 9],
  ["timestamp('2020-01-01T00:00:00Z').getHours('a:b')", 'error: strconv.Atoi: parsing "a": invalid syntax'],
  ["timestamp('2020-01-01T00:00:00Z').getHours('Nowhere')", 'error: unknown time zone Nowhere'],
  // Absorbed errors.
  ['true || 1 / 0 > 0', true],
  ['1 / 0 > 0 || true', true],
  ['1 / 0 > 0 && false', false],
  ['[1, 0].exists(i, 1 / i == 1)', true],
  ['[0, 2].all(i, 1 / i == 1)', false],
  ['[0].all(i, 1 / i == 1)', 'error: division by zero'],
  ['x.a.c', "error: unsupported index type 'string' in list"],
  ['x.nope', 'error: no such key: nope'],
  ['x.a[5]', 'error: index out of bounds: 5'],
  ["m['two']", 'error: no such key: two'],
  ["dyn('a') + dyn(1)", 'error: no such overload'],
  ["dyn(1).startsWith('a')", 'error: no such overload: startsWith(int, string)'],
  // Texts.
  [String.raw`'\u00e9\x41\101\n'.size()`, 4],
  [String.raw`r'\n'.size() + '''a"b'''.size()`, 5],
  ["'😀a'.size() == 2 && '😀a'.charAt(1) == 'a' && '😀a'.indexOf('a') == 1", true],
  ["'tacocat'.lastIndexOf('a') == 5 && 'tacocat'.indexOf('a', 2) == 5 && ''.indexOf('') == 0", true],
  ["[dyn('a'), dyn(1.5)].join('-')", 'error: join: invalid input: 1.5'],
  ["[dyn('a'), dyn(optional.none())].join()", 'error: join: invalid input: optional.none()'],
  ["'abc'.replace('', '-')", '-a-b-c-'],
  ["'hello hello'.replace('he', 'we', 1)", 'wello hello'],
  ["'a,b,c'.split(',', 2)", ['a', 'b,c']],
  ["'abc'.substring(1, 9)", 'error: index out of range: 9'],
  [String.raw`' \t a '.trim() + 'AbC'.lowerAscii() + 'AbC'.upperAscii()`, 'aabcABC'],
  [String.raw`strings.quote('a"b\n')`, String.raw`"a\"b\n"`],
  ["'%s %d %.2f %x %b %o %s'.format(['a', 1, 2.0, 255, 5, 8, [1, 2]])", 'a 1 2.00 ff 101 10 [1, 2]'],
  [
    "'%s'.format([[1.5, 1234567.0, duration('1s'), timestamp('2020-01-01T00:00:00Z'), b'a', 'q\"', null, true, double('inf')]])",
    '[1.500000, 1234567.000000, duration("1s"), timestamp("2020-01-01T00:00:00Z"), b"a", "q\\"", null, true, "+Inf"]',
  ],
  ["'%s %.3f'.format([1234567.0, 1234567.0])", '1.234567e+06 1,234,567.000'],
  ["'%s'.format([{'b': 1.5, 'a': [duration('90s')]}])", '{"a":[duration("90s")], "b":1.500000}'],
  [
    "'%e|%.2e|%.20e'.format([1052.032911275, -0.5, 1.0])",
    '1.052033\u202f×\u202f10⁰³|-5.000000\u202f×\u202f10⁻⁰¹|     1.000000\u202f×\u202f10⁰⁰',
  ],
  ["'%s'.format([[optional.of(1)]])", 'error: error during formatting: no formatting function for optional_type'],
  ["'%d'.format([1.5])", 'error: error during formatting: decimal clause can only be used on integers, was given double'],
  ["'abc 123'.find('[0-9]+') + '/' + 'a1b2'.findAll('[0-9]').join(',')", '123/1,2'],
  ["'foo-bar'.matches('^[a-z]+-(foo|bar)$')", true],
  // Lists and maps.
  ['[[1], [2, 3]].flatten() + [3, 1, 2].sort() + [1, 1, 2].distinct() + lists.range(2).reverse()', [1, 2, 3, 1, 2, 3, 1, 2, 1, 0]],
  ["['b', 'a'].sortBy(i, i)", ['a', 'b']],
  ['[1, 2, 3].slice(1, 5)', 'error: cannot slice(1, 5), list is length 3'],
  ['[1, 2].sum() + [3, 4].max() + [5, 6].min() + [1, 2, 1].lastIndexOf(1)', 14],
  ['[].min() == 1', 'error: min called on empty list'],
  ['sets.contains([1, 2], [2]) && sets.equivalent([1, 2], [2, 1, 1]) && !sets.intersects([1], [2])', true],
  ["{'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 10)", { b: 20 }],
  ["['a', 'b'].transformList(i, v, string(i) + v)", ['0a', '1b']],
  ["['a'].transformMapEntry(i, v, {v: i})", { a: 0 }],
  ["{'a': 1}.all(k, v, v == 1) && [1, 2].exists(i, v, i == 1 && v == 2) && [5].existsOne(i, v, v == 5)", true],
  // Optionals.
  ["x.?nope.orValue('none') + x.?a[2].orValue('')", 'noneb'],
  ["m[?'one'].optMap(v, v + 1).value() + m[?'two'].or(optional.of(5)).value()", 7],
  ['optional.ofNonZeroValue(0).hasValue() || [1].first().value() == 1 && [].last() == optional.none()', true],
  ['optional.none().value()', 'error: optional.none() dereference'],
  ['[1, ?optional.none(), ?optional.of(2)]', [1, 2]],
  // Kubernetes' types.
  ["quantity('1.5Gi').isGreaterThan(quantity('1G')) && quantity('50k').add(20).sub(quantity('20')).asInteger() == 50000", true],
  ["quantity('x')", "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
  ["url('https://a.b:80/p/q?k=1&k=2#z').getHost() + url('/x').getEscapedPath()", 'a.b:80/x'],
  ["url('https://a.b/?k=1&k=2').getQuery()", { k: ['1', '2'] }],
  ["cidr('10.0.0.0/8').containsIP('10.0.0')", 'error: no such overload'],
  ...(
    [
      ['', 'unable to parse IP'],
      ['abc', 'unable to parse IP'],
      ['1.2.3', 'IPv4 address too short'],
      ['1.2.3.4.5', 'IPv4 address too long'],
      ['1.2.3.256', 'IPv4 field has value >255'],
      ['1.2.3.04', 'IPv4 field has octet with leading zero'],
      ['1..2.3', 'IPv4 field must have at least one digit (at ".2.3")'],
      ['1.2.x.3', 'unexpected character (at "x.3")'],
      ['%eth0', 'missing IPv6 address'],
      ['fe80::1%', 'zone must be a non-empty string'],
      ['2001:db8:::68', 'each colon-separated field must have at least one digit (at ":68")'],
      ['1::2::3', 'multiple :: in address (at ":3")'],
      ['1:2:3:4:5:6:7', 'address string too short'],
      ['1:2:3:4:5:6:7:8:9', 'trailing garbage after address (at "9")'],
      ['12345::', 'each group must have 4 or less digits (at "12345::")'],
      ['1:2:3:4:5:6:7:8::', 'the :: must expand to at least one field of zeros'],
      ['::1x', 'unexpected character, want colon (at "x")'],
      ['1:', 'colon must be followed by more characters (at ":")'],
      ['1:2.3.4.5', 'embedded IPv4 address must replace the final 2 fields of the address (at "2.3.4.5")'],
      ['::1.2.3.400', 'IPv4 field has value >255'],
    ] as const
  ).map(([text, why]): [string, string] => [
    `ip('${text}')`,
    `error: IP Address "${text}" parse error during conversion from string: ParseAddr("${text}"): ${why}`,
  ]),
  [
    "cidr('1.2.3/8')",
    'error: network address parse error during conversion from string: network address parse error during conversion from string: netip.ParsePrefix("1.2.3/8"): ParseAddr("1.2.3"): IPv4 address too short',
  ],
  ["string(ip('::ffff:102')) + string(ip('1:0:0:2::')) + string(ip('64:ff9b::1.2.3.4'))", '::ffff:1021:0:0:2::64:ff9b::102:304'],
  ["ip('::1').isLoopback() && ip('10.0.0.1').family() == 4 && !isIP('1.2.3') && ip.isCanonical('::1')", true],
  [
    "cidr('10.0.0.0/8').containsIP('10.1.2.3') && cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8'",
    true,
  ],
  ["semver('1.2.3').isLessThan(semver('1.10.0')) && semver('v1.2', true).minor() == 2 && !isSemver('1.2')", true],
  [
    "format.dns1123Label().validate('A').hasValue() && !format.named('uuid').value().validate('6ba7b810-9dad-11d1-80b4-00c04fd430c8').hasValue()",
    true,
  ],
  ["type(duration('1s')) == google.protobuf.Duration && type(ip('::1')) == net.IP", true],
])('%s', (source, value) => {
  expect(evaluated(source)).toEqual(value);
});
