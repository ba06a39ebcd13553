import { gzipSync } from 'node:zlib';
import { buildSchema, getIntrospectionQuery, graphqlSync } from 'graphql';
import { descriptionOf, fieldDescription } from '#api';
import { atOnce } from './execution/pieces.js';
import { inFamilies } from './ordered-schema.js';
import { BuiltInGraph } from './schema.js';

test('kinds come first, then what is derived from them; structs have their inputs beside them', () => {
  const { Query, ...types } = buildSchema(`
    type Query { a: PodList, b: PodSpec, c(where: PodSpecWhere, phase: PhaseFilter): Phase, d(where: TermListWhere): Order }
    type PodWatchEvent { pod: Pod }
    type PodList { items: Pod }
    enum Phase { RUNNING }
    input PhaseFilter { eq: Phase }
    input TermListWhere { some: TermWhere }
    input TermWhere { a: Int }
    type Term { a: Int }
    input PodSpecOrder { a: Int }
    input PodSpecWhere { order: PodSpecOrder }
    input PodSpecInput { a: Int }
    type Order { input: Int }
    type PodSpec { a: Int }
    input PodWhere { a: PodInput }
    input PodInput { spec: PodSpecInput, where: PodWhere }
    interface Object { kind: String }
    type Pod implements Object { kind: String, phase: Phase, watch: PodWatchEvent, term: Term }
    type Node implements Object { kind: String }
  `).getTypeMap();
  const names = atOnce(inFamilies(Object.values({ Query, ...types } as never))).map(({ name }: { name: string }) => name);
  expect(names.filter((name) => !name.startsWith('__') && !['Int', 'String', 'Boolean'].includes(name))).toEqual([
    ...['Pod', 'Node', 'PodWhere', 'PodInput', 'Query'],
    ...['Phase', 'Term', 'TermWhere', 'Order', 'PodSpec', 'PodSpecOrder', 'PodSpecWhere', 'PodSpecInput', 'Object'],
    ...['PodList', 'PodWatchEvent', 'PhaseFilter', 'TermListWhere'],
  ]);
});

test('types of custom kinds, which have an underscore before the suffix, are ordered likewise', () => {
  const types = buildSchema(`
    type Query { a: Widget_spec, b(where: Widget_Where): Widget_tint }
    input Widget_tint_Filter { eq: Widget_tint }
    enum Widget_tint { RED }
    input Widget_spec_Input { a: Int }
    input Widget_spec_Where { tint: Widget_tint_Filter }
    input Widget_Where { spec: Widget_spec_Where, input: Widget_spec_Input }
    interface Object { kind: String }
    type Widget_spec { a: Widget }
    type Widget implements Object { kind: String }
  `).getTypeMap();
  const names = atOnce(inFamilies(Object.values(types))).map(({ name }) => name);
  expect(names.filter((name) => name.startsWith('Widget'))).toEqual([
    ...['Widget', 'Widget_Where', 'Widget_tint', 'Widget_spec', 'Widget_spec_Where', 'Widget_spec_Input', 'Widget_tint_Filter'],
  ]);
});

test('introspection with everything that can be asked has at most 300 KB in gzip', () => {
  const { schema } = new BuiltInGraph({ ofDefinition: ({ id }) => descriptionOf(id), ofField: fieldDescription });
  const source = getIntrospectionQuery({ inputValueDeprecation: true, directiveIsRepeatable: true, specifiedByUrl: true });
  expect(gzipSync(JSON.stringify(graphqlSync({ schema, source })), { level: 9 }).length).toBeLessThan(300_000);
});
