import { type GraphQLFieldConfigMap, GraphQLInterfaceType, GraphQLObjectType, type GraphQLSchema, GraphQLString } from 'graphql';
import { CertificateSigningRequest, Node, Pod, type Resource, type Served, scheme } from '#api';
import type { KubeObject } from '#apimachinery';
import { chainFields } from './chain-fields.js';
import type { GraphContext } from './context.js';
import { documentFields } from './document-fields.js';
import { certificateFields } from './edits/certificate-fields.js';
import { editFields } from './edits/edit-fields.js';
import { evictionFields } from './edits/pod-fields.js';
import { ExtendedSchema } from './extended-schema.js';
import type { Subject } from './filters/field-path.js';
import { FilterTypes } from './filters/input-types.js';
import { searchField } from './filters/search-field.js';
import { InputTypes } from './inputs/input-types.js';
import { ObjectInput } from './inputs/object-input.js';
import { writeFields } from './inputs/write-fields.js';
import { type WrittenTypes, writtenTypes } from './inputs/written.js';
import { kindFields } from './kind-fields.js';
import { builtInKinds, type GraphKind, GraphKinds, type TakenNames } from './kinds.js';
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

/** The fields of the roots that are not particular to a kind, and the input that the graph extends. */
interface Roots {
  query: Fields;
  mutation: Fields;
  subscription: Fields;
  input?: ObjectInput | undefined;
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
  /** The fields that read one cluster. */
  private inCluster: Fields | undefined;
  /** The fields of the roots of the graph of the built-in kinds. */
  private roots: Roots | undefined;
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
    this.past = historyFields(this.object, this.chain.step);
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
    const roots = this.rootsWith(this.kinds.all, {
      query: {
        object: objectField(this.object),
        objects: objectsField({ type: this.object, subject: this.subject(undefined), filters: this.filters }),
        search: searchField(this.object),
        eventChain: this.chain.soFar,
        traceOf: this.chain.traceOf,
        causes: this.chain.causes,
        ...this.questions,
        ...queries,
        organization: organizationField(() => this.inCluster ?? {}),
      },
      mutation: { ...this.writes(), ...mutations },
      subscription: { watch: watchField(this.object), eventChain: this.chain.follow, ...subscriptions },
    });
    return new OrderedSchema({ ...roots, types: [...roots.types, this.other] });
  }

  /** The graph of a cluster with custom kinds, which are valid, and have names that `base` has not. */
  extend(base: GraphQLSchema, kinds: GraphKinds): GraphQLSchema {
    const own = kinds.all.filter(({ source }) => 'own' in source);
    this.roots ??= {
      query: base.getQueryType()?.toConfig().fields ?? {},
      mutation: base.getMutationType()?.toConfig().fields ?? {},
      subscription: base.getSubscriptionType()?.toConfig().fields ?? {},
    };
    const { types, ...roots } = this.rootsWith(own, { ...this.roots, input: this.input });
    return new ExtendedSchema(base, { ...roots, types, replaced: ofOneGraph });
  }

  /** The fields of the roots that read and watch kinds, and the types of their objects. */
  private fieldsOfKinds(kinds: readonly GraphKind[]): { reads: Fields; watches: Fields; types: GraphQLObjectType[] } {
    const [reads, watches]: [Fields, Fields] = [{}, {}];
    const types = kinds.map((kind) => {
      const type = this.types.ofKind(kind);
      const { verbs, deprecation = deprecationIn(type.description ?? '') } = kind.info;
      const deprecated = deprecation && { deprecationReason: deprecation };
      reads[kind.many] = { ...listField(kind, { type, subject: this.subject(kind), filters: this.filters }), ...deprecated };
      if (verbs.includes('get')) reads[kind.one] = { ...oneField(kind, type), ...deprecated };
      if (verbs.includes('watch')) watches[kind.many] = { ...watchKindField(kind, type), ...deprecated };
      return type;
    });
    return { reads, watches, types };
  }

  /** The roots with the fields of kinds, and the types of these. */
  private rootsWith(kinds: readonly GraphKind[], { query, mutation, subscription, input: base }: Roots) {
    const { reads, watches, types } = this.fieldsOfKinds(kinds);
    const { cluster: _cluster, ...others } = refusable({ ...query, ...reads });
    const root: Fields = { cluster: clusterField, ...others };
    const { organization: _above, ...inCluster } = root;
    this.inCluster ??= inCluster;
    const input = new ObjectInput(
      kinds.map((kind) => ({ kind, struct: this.types.structOf(kind) })),
      this.inputs,
      base,
    );
    this.input ??= input;
    return {
      query: new GraphQLObjectType({
        name: 'Query',
        description: 'What can be read. What is refused is null, with an error of its own.',
        fields: root,
      }),
      mutation: new GraphQLObjectType({
        name: 'Mutation',
        description: 'What can be changed, one after the other.',
        fields: refusable({ ...mutation, ...writeFields(this.written.documents, input) }),
      }),
      subscription: new GraphQLObjectType({
        name: 'Subscription',
        description: 'What can be followed.',
        fields: { ...subscription, ...watches },
      }),
      types,
    };
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
  kindsOf(served: Served): GraphKinds {
    return served.own?.length ? new GraphKinds(served, this.taken) : builtInKinds;
  }

  /** The graph of a cluster with custom kinds. */
  extendedTo(served: Served): { schema: GraphQLSchema; kinds: GraphKinds } {
    const kinds = this.kindsOf(served);
    return { kinds, schema: this.graph.extend(this.schema, kinds) };
  }
}
