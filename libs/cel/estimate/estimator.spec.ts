import { celEnvironment, DYN, type OpenAPISchema, schemaDeclType } from '../index.js';

/** Estimates as upstream's tests have them (apiextensions-apiserver/pkg/apiserver/schema/cel/compilation_test.go TestCostEstimation). */

const array = (items: OpenAPISchema, maxItems?: number): OpenAPISchema => ({ type: 'array', items, maxItems });
const map = (values: OpenAPISchema, maxProperties?: number): OpenAPISchema => ({
  type: 'object',
  additionalProperties: values,
  maxProperties,
});
const number: OpenAPISchema = { type: 'number' };
const string: OpenAPISchema = { type: 'string' };
const text = (maxLength?: number): OpenAPISchema => ({ type: 'string', maxLength });
const format = (name: string): OpenAPISchema => ({ type: 'string', format: name });
const required: OpenAPISchema = { type: 'object', properties: { required: string, optional: string }, required: ['required'] };
const intOrString: OpenAPISchema = { 'x-kubernetes-int-or-string': true };

test.each<[string, OpenAPISchema, bigint]>([
  ['self.all(x, true)', array(number), 4718591n],
  ['self.all(x, true)', array(number, 10), 32n],
  ['self.all(x, true)', array(string), 3145727n],
  ['self.all(x, true)', array({ type: 'boolean' }), 1887437n],
  ['self.all(x, true)', array(array(number)), 3145727n],
  ['self.all(x, true)', map(number), 1348169n],
  ['self.all(x, true)', map(string), 1179647n],
  ['self.all(x, true)', map({ type: 'boolean' }), 943718n],
  ['self.all(x, true)', array(format('duration')), 2359295n],
  ['self.all(x, true)', array(format('date')), 725936n],
  ['self.all(x, true)', array(format('date-time')), 428963n],
  ['self.all(x, true)', array(intOrString), 4718591n],
  ['self.all(x, true)', map(format('duration')), 1048577n],
  ['self.all(x, true)', map(format('date')), 524288n],
  ['self.all(x, true)', map(format('date-time')), 349526n],
  ["self.contains('test')", text(), 314574n],
  ["self.contains('test')", text(10), 5n],
  ["self.startsWith('test')", text(), 2n],
  ['size(self + "hello") > size("hello")', text(), 314578n],
  ['size(self + "hello") > size("hello")', text(4), 7n],
  ['self[1] == 0.0', array(number), 2n],
  ['self[1] == self[1]', array(string), 314577n],
  ['self.all(x, self.all(y, true))', array(number, 10), 352n],
  ['self.all(x, self.all(y, self.all(z, true)))', array(number, 10), 3552n],
  ['self.matches("x")', text(), 314574n],
  ['self.matches("x")', text(50), 22n],
  ['"".matches("(((((((((())))))))))[0-9]")', text(), 7n],
  ['self == "x"', text(0), 1n],
  ['self == b"x"', { type: 'string', format: 'byte', maxLength: 0 }, 1n],
  ['self.all(x, x == 0.0)', array(number), 6291454n],
  ['self.all(x, x == 0.0)', array(number, 3 * 1024 * 2048), 25165826n],
  ['self[0] == 5', array(intOrString), 3n],
  ['self.all(x, x.y == 25.2)', array(map(number)), 6291452n],
  ['self[0].x > 2.0', array(map(number)), 4n],
  ['self[0].getHours() == 2', array(format('duration')), 4n],
  ["self.find('[0-9]+') == ''", text(), 629147n],
  ["self.find('[0-9]+') == ''", text(10), 11n],
  ["self.join(' ') == 'aa bb'", array(string), 329853068905n],
  ["self.join(' ') == 'aa bb'", array(text(10), 10), 43n],
])('%s costs at most what the schema %j allows', (source, schema, max) => {
  const self = schemaDeclType(schema, { name: 'selfType' }) ?? DYN;
  expect(
    celEnvironment({ variables: { self, oldSelf: self } })
      .compile(source)
      .program?.estimateCost().max,
  ).toBe(max);
});

test('fields that are required make objects larger, so that fewer fit into a request', () => {
  const self = schemaDeclType(array(required), { name: 'selfType' });
  expect(self?.maxElements).toBe(Math.floor((3 * 1024 * 1024 - 2) / (2 + 8 + 2 + 4 + 1)));
});
