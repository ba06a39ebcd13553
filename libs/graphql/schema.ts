import { type GraphQLFieldConfigMap, GraphQLInterfaceType, GraphQLObjectType, type GraphQLSchema, GraphQLString } from 'graphql';
import { CertificateSigningRequest, Node, Pod, type Resource, type Served, scheme } from '#api';
import type { KubeObject } from '#apimachinery';
import { chainFields } from './chain-fields.js';
import type { GraphContext } from './context.js';
import { documentFields } from './document-fields.js';
import { certificateFields } from './edits/certificate-fields.js';
import { editFields } from './edits/edit-fields.js';
import { evictionFields } from './edits/pod-fields.js';
import { atOnce, type Pieces } from './execution/pieces.js';
import { extendedSchema } from './extended-schema.js';
import { ExtendedType } from './extended-type.js';
import type { Subject } from './filters/field-path.js';
import { FilterTypes } from './filters/input-types.js';
import { searchField } from './filters/search-field.js';
import { InputTypes } from './inputs/input-types.js';
import { ObjectInput } from './inputs/object-input.js';
import { writeFields } from './inputs/write-fields.js';
import { type WrittenTypes, writtenTypes } from './inputs/written.js';
import { kindFields } from './kind-fields.js';
import { builtInKinds, type GraphKind, type GraphKinds, kindsOf, type TakenNames } from './kinds.js';
import { listField, objectsField } from './lists.js';
import { mutationFields } from './mutations.js';
import { OrderedSchema } from './ordered-schema.js';
import { organizationField } from './organization-fields.js';
import { otherObject, typeNameOf } from './other-object.js';
import { required } from './output-types.js';
import { historyFields } from './past/history-fields.js';
import { clusterField, objectField, oneField } from './queries.js';
import { explainFieldOf } from './reasons/explain-field.js';
import { permissionFields } from './reasons/permissions.js';
import { refusable } from './refusable.js';
import { relations } from './relations/index.js';
import type { Relation } from './relations/relation.js';
import { relationFields, type Target } from './relations/relation-fields.js';
import { mutations, queries, subscriptions } from './root-fields.js';
import { BuiltInShapes, type Descriptions } from './shapes/built-in.js';
import { deprecationIn } from './shapes/deprecation.js';
import { fieldsOfObjects, type Struct } from './shapes/shape.js';
import { Types } from './types.js';
import { watchField, watchKindField } from './watch.js';

type Fields = GraphQLFieldConfigMap<unknown, GraphContext>;

const standsOn = (relation: Relation, kind: GraphKind): boolean =>
  !relation.on || (relation.on.resource === kind.info.resource && relation.on.group === kind.info.group);

/** What the roots have for kinds. */
interface FieldsOfKinds {
  reads: Fields;
  watches: Fields;
  types: GraphQLObjectType[];
  input: ObjectInput;
}

/** The types of the roots, and of what has a field for each kind: every graph has its own. */
const ofOneGraph: ReadonlySet<string> = new Set(['Query', 'Mutation', 'Subscription', 'ObjectInput']);

/** Names of the graph's own types that no type of the API gets. */
const ownNames = ['Query', 'Mutation', 'Subscription', 'Cluster', 'WatchEvent', 'ChainStep', 'PatchType', 'PropagationPolicy'];

class Graph {
  private readonly shapes: BuiltInShapes;
  private readonly types: Types;
  private readonly filters = new FilterTypes();
  /** Objects of any kind. */
  private readonly anyObject: Struct;
  private readonly inputs: InputTypes;
  /** The input of the built-in kinds. */
  private input: ObjectInput | undefined;
  private readonly written: WrittenTypes;
  readonly object: GraphQLInterfaceType;
  /** Objects of kinds without a type. */
  private readonly other: GraphQLObjectType;
  private readonly chain: ReturnType<typeof chainFields>;
  /** Where objects come from: fields of each. */
  private readonly past: Fields;
  /** What may be done, and what fields mean. */
  private readonly questions: Fields;

  constructor(
    private readonly kinds: GraphKinds,
    descriptions: Descriptions,
  ) {
    this.object = new GraphQLInterfaceType({
      name: 'KubernetesObject',
      description: 'Any object of the cluster.',
      fields: () => ({ ...this.everyObject(), ...this.relationFields(relations.filter((relation) => !relation.on)) }),
      resolveType: (value, context: GraphContext) => typeNameOf(value as KubeObject, context),
    });
    this.other = otherObject(this.object);
    const definitions = kinds.all.flatMap(({ source, typeName }) =>
      'definition' in source ? [[source.definition, typeName] as const] : [],
    );
    this.shapes = new BuiltInShapes(new Map(definitions), descriptions, new Set(ownNames));
    const permissions = permissionFields(this.object);
    const particular = kindFields({
      object: this.object,
      template: () => this.types.ofStruct(this.shapes.structOf(scheme.definition('core.v1.PodTemplateSpec'))),
      permissions: permissions.ofAccount,
    });
    this.questions = { permissions: permissions.ofSubject, explain: explainFieldOf(descriptions) };
    this.types = new Types(
      kinds.all,
      this.shapes,
      () => this.object,
      (kind) => ({
        ...this.documents(),
        ...this.relationFields(relations.filter((relation) => standsOn(relation, kind))),
        ...particular(kind.info),
      }),
    );
    const { metadata } = this.shapes;
    this.anyObject = { name: 'KubernetesObject', open: false, fields: fieldsOfObjects(metadata) };
    this.inputs = new InputTypes(metadata);
    const [node, pod, request] = [this.target(Node), this.target(Pod), this.target(CertificateSigningRequest)];
    this.written = writtenTypes({ object: this.object, node, pod, request });
    this.chain = chainFields(this.object);
    this.past = historyFields({
      object: this.object,
      step: this.chain.step,
      structOf: (definition) => this.shapes.structOf(definition),
    });
  }

  private everyObject(): Fields {
    return {
      apiVersion: { type: required(GraphQLString), description: 'Its group and version: apps/v1.' },
      kind: { type: required(GraphQLString), description: 'Its kind: Deployment.' },
      metadata: {
        description: 'What every object has: its name, labels and so on.',
        type: required(this.types.ofStruct(this.shapes.metadata)),
      },
      ...this.documents(),
    };
  }

  private documents(): Fields {
    return { ...this.past, ...documentFields };
  }

  private relationFields(list: readonly Relation[]): Fields {
    return Object.assign({}, ...list.map((relation) => relationFields(relation, this.targetOf(relation), this.filters)));
  }

  private targetOf({ to }: Relation): Target {
    return { type: this.target(to), subject: this.subject(to && this.kinds.ofResource(to)) };
  }

  /** A kind's objects, or those of any kind, as questions see them. */
  private subject(kind: GraphKind | undefined): Subject {
    return {
      struct: kind ? this.types.structOf(kind) : this.anyObject,
      relation: (name) => {
        const found = relations.find((one) => one.field === name && (kind ? standsOn(one, kind) : !one.on));
        return found && !found.list ? { target: this.targetOf(found).subject.struct, resolve: found.resolve } : undefined;
      },
    };
  }

  /** The type of the objects a relation leads to; the interface if they may be of any kind. */
  private target(resource: Resource | undefined): GraphQLInterfaceType | GraphQLObjectType {
    const kind = resource && this.kinds.ofResource(resource);
    return kind ? this.types.ofKind(kind) : this.object;
  }

  /** The mutations of objects. */
  private writes(): Fields {
    const types = this.written;
    return { ...mutationFields(types), ...editFields(types), ...evictionFields(types, this.target(Pod)), ...certificateFields(types) };
  }

  build(): GraphQLSchema {
    const { reads, watches, types, input } = atOnce(this.fieldsOf(this.kinds.all));
    const reading = refusable({
      object: objectField(this.object),
      objects: objectsField({ type: this.object, subject: this.subject(undefined), filters: this.filters }),
      search: searchField(this.object),
      eventChain: this.chain.soFar,
      traceOf: this.chain.traceOf,
      causes: this.chain.causes,
      ...this.questions,
      ...queries,
      organization: organizationField(() => inCluster),
      ...reads,
    });
    const { organization: _above, ...inCluster }: Fields = { cluster: clusterField, ...reading };
    this.input = input;
    const query = new GraphQLObjectType({
      name: 'Query',
      description: 'What can be read. What is refused is null, with an error of its own.',
      fields: { cluster: clusterField, ...reading },
    });
    const mutation = new GraphQLObjectType({
      name: 'Mutation',
      description: 'What can be changed, one after the other.',
      fields: refusable({ ...this.writes(), ...mutations, ...writeFields(this.written.documents, input) }),
    });
    const subscription = new GraphQLObjectType({
      name: 'Subscription',
      description: 'What can be followed.',
      fields: { watch: watchField(this.object), eventChain: this.chain.follow, ...subscriptions, ...watches },
    });
    return new OrderedSchema({ query, mutation, subscription, types: [...types, this.other] });
  }

  /** The graph of a cluster with custom kinds, which are valid, and have names that `base` has not. */
  *extend(base: GraphQLSchema, kinds: GraphKinds): Pieces<GraphQLSchema> {
    const own = kinds.all.filter(({ source }) => 'own' in source);
    const { reads, watches, types, input } = yield* this.fieldsOf(own);
    const [query, mutation, subscription] = [base.getQueryType(), base.getMutationType(), base.getSubscriptionType()];
    if (!query || !mutation || !subscription) throw new Error('the graph of the built-in kinds has three roots');
    return yield* extendedSchema(base, {
      query: new ExtendedType(query, refusable(reads)),
      mutation: new ExtendedType(mutation, refusable(writeFields(this.written.documents, input))),
      subscription: new ExtendedType(subscription, watches),
      types,
      replaced: ofOneGraph,
    });
  }

  /** The fields of the roots that read and watch kinds, the types of their objects, and the input of these and of the built-in kinds. */
  private *fieldsOf(kinds: readonly GraphKind[]): Pieces<FieldsOfKinds> {
    const [reads, watches]: [Fields, Fields] = [{}, {}];
    const types: GraphQLObjectType[] = [];
    for (const kind of kinds) {
      yield* this.types.prepare(kind);
      const type = this.types.ofKind(kind);
      const { verbs, deprecation = deprecationIn(type.description ?? '') } = kind.info;
      const deprecated = deprecation && { deprecationReason: deprecation };
      reads[kind.many] = { ...listField(kind, { type, subject: this.subject(kind), filters: this.filters }), ...deprecated };
      if (verbs.includes('get')) reads[kind.one] = { ...oneField(kind, type), ...deprecated };
      if (verbs.includes('watch')) watches[kind.many] = { ...watchKindField(kind, type, () => this.types.structOf(kind)), ...deprecated };
      types.push(type);
      yield;
    }
    const written = kinds.map((kind) => ({ kind, struct: this.types.structOf(kind) }));
    const input = new ObjectInput(written, this.inputs, this.input);
    yield;
    return { reads, watches, types, input };
  }
}

/** The typed graph of the built-in kinds, which all clusters share (the cluster is in the context); graphs with custom kinds extend it. */
export class BuiltInGraph {
  readonly schema: GraphQLSchema;
  private readonly graph: Graph;
  private readonly taken: TakenNames;

  constructor(descriptions: Descriptions) {
    this.graph = new Graph(builtInKinds, descriptions);
    this.schema = this.graph.build();
    this.taken = {
      types: new Set(Object.keys(this.schema.getTypeMap())),
      fields: new Set(
        [this.schema.getQueryType(), this.schema.getSubscriptionType()].flatMap((root) => Object.keys(root?.getFields() ?? {})),
      ),
    };
  }

  /** The kinds of a cluster. */
  *kindsOf(served: Served): Pieces<GraphKinds> {
    return served.own?.length ? yield* kindsOf(served, this.taken) : builtInKinds;
  }

  /** The graph of a cluster with custom kinds. */
  *extendedTo(served: Served): Pieces<{ schema: GraphQLSchema; kinds: GraphKinds }> {
    const kinds = yield* this.kindsOf(served);
    return { kinds, schema: yield* this.graph.extend(this.schema, kinds) };
  }
}
