import { fieldsOf, operationOf } from '../document.js';
import { isKind, rootOf, templates, typeOfField } from '../graph-types.js';
import { isBuiltIn, kindNamed, lookOf } from './kinds.js';
import { isRecord } from './records.js';
import { statusOf } from './status-of-object.js';

/** Fields that lead on to an object without being a relation: of a page of objects, of a watch event. */
const passedThrough = new Set(['items', 'object']);

/** Stands for a part of the result that is a node of its own. */
class Elsewhere {
  constructor(id) {
    this.id = id;
  }
}

function merged(older, newer) {
  if (!isRecord(older) || !isRecord(newer)) return newer ?? older;
  const both = { ...older };
  for (const [key, value] of Object.entries(newer)) both[key] = merged(older[key], value);
  return both;
}

const isOlder = (a, b) => Number(a?.metadata?.resourceVersion) < Number(b?.metadata?.resourceVersion);

const textOfPath = (path) => path.reduce((text, step) => (typeof step === 'number' ? `${text}[${step}]` : `${text}.${step}`), 'data');

class Gathering {
  constructor(operation, variables) {
    this.fragments = operation.fragments;
    this.variables = variables ?? {};
    this.nodes = new Map();
    this.edges = new Map();
  }

  argument(args, name) {
    const given = args[name];
    const value = isRecord(given) ? this.variables[given.variable] : given;
    return typeof value === 'string' ? value : undefined;
  }

  /** Takes the nodes out of a part of the result; returns what is left of it, under the names of the fields. */
  visit(value, place) {
    if (Array.isArray(value)) return this.visitList(value, place);
    return isRecord(value) ? this.visitRecord(value, place) : value;
  }

  visitList(list, place) {
    const siblings = new Set();
    let from = place.from;
    const left = [];
    for (const [index, item] of list.entries()) {
      const found = this.visit(item, { ...place, from, siblings, path: [...place.path, index] });
      if (!(found instanceof Elsewhere)) left.push(found);
      // Each owner belongs to the next one.
      else if (place.field === 'ownerChain') from = found.id;
    }
    return list.length > 0 && left.length === 0 ? new Elsewhere() : left;
  }

  visitRecord(record, place) {
    const fields = fieldsOf(place.selections, this.fragments);
    const fieldOf = (key) => fields.get(key) ?? { name: key, args: {}, selections: [] };
    const named = Object.fromEntries(Object.keys(record).map((key) => [fieldOf(key).name, key]));
    const metadata = 'metadata' in named ? this.visit(record[named.metadata], this.within(place, named.metadata, fieldOf)) : undefined;
    const isObject = place.type ? isKind(place.type) : typeof metadata?.name === 'string' || place.hint === 'Event';
    const self = isObject && !templates.has(place.field) ? this.enter(record, { fields, named, metadata }, place) : undefined;
    const own = {};
    for (const [key, value] of Object.entries(record)) {
      const { name } = fieldOf(key);
      const found = name === 'metadata' ? metadata : this.visit(value, this.within(self ?? place, key, fieldOf, place, record[named.type]));
      if (!(found instanceof Elsewhere)) own[name in own ? key : name] = found;
    }
    if (!self) return own;
    this.keep(self, own);
    return new Elsewhere(self.from);
  }

  /** The place of what stands under a key. */
  within(scope, key, fieldOf, { path, type, hint } = scope, event = undefined) {
    const { name, args, selections } = fieldOf(key);
    const kind = this.argument(args, 'kind');
    const passes = passedThrough.has(name);
    return {
      from: scope.from,
      namespace: this.argument(args, 'namespace') ?? scope.namespace,
      event: name === 'object' ? event : undefined,
      field: passes ? (scope.field ?? name) : name,
      selections,
      path: [...path, key],
      type: typeOfField(type, name),
      hint: (kind && kindNamed(kind)) ?? (passes && hint ? hint : kindNamed(name)),
    };
  }

  /** The scope of an object's fields: it is the node they lead from. */
  enter(record, { fields, named, metadata }, place) {
    const kind = this.kindOf(record, fields, named, place);
    const { namespaced } = lookOf(kind);
    const namespace = namespaced ? (metadata?.namespace ?? place.namespace) : undefined;
    const name = metadata?.name;
    let id = typeof name === 'string' ? `${kind}/${namespace ?? ''}/${name}` : textOfPath(place.path);
    // A list has no object twice: objects of the same name are of several namespaces, which the query does not tell.
    if (namespaced && namespace === undefined && place.siblings?.has(id)) id = `${id} ${textOfPath(place.path)}`;
    place.siblings?.add(id);
    const known = this.nodes.get(id);
    if (!known) this.nodes.set(id, { id, kind, name, namespace, path: textOfPath(place.path), root: place.from === undefined, object: {} });
    if (place.from !== undefined) this.connect(place.from, id, place.field === 'ownerChain' ? 'owner' : place.field);
    return { from: id, namespace: kind === 'Namespace' ? name : namespace, event: place.event };
  }

  kindOf(record, fields, named, { type, hint }) {
    const told = record[named.kind];
    if (typeof told === 'string') return told;
    if (typeof record[named.__typename] === 'string') return record[named.__typename];
    if (type && type.name !== 'KubernetesObject') return type.name;
    const condition = Object.keys(record)
      .map((key) => fields.get(key)?.on)
      .find((on) => on !== undefined && on !== 'KubernetesObject');
    return condition ?? hint ?? '';
  }

  connect(from, to, field) {
    if (from === to) return;
    const known = this.edges.get(`${from}\n${to}`) ?? this.edges.get(`${to}\n${from}`);
    if (known) known.fields.add(field);
    else this.edges.set(`${from}\n${to}`, { from, to, fields: new Set([field]) });
  }

  keep({ from, event }, own) {
    const node = this.nodes.get(from);
    const older = isOlder(own, node.object);
    node.object = older ? merged(own, node.object) : merged(node.object, own);
    if (event !== undefined && !older) node.deleted = event === 'DELETED';
  }
}

/** Names nodes: those whose name the query does not select by their number among those of their kind, `Pod 2`. */
function labels() {
  const counts = new Map();
  return ({ kind, name, object }) => {
    if (name !== undefined) return name;
    if (kind === 'Event') return object.reason ?? kind;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return `${kind} ${counts.get(kind)}`;
  };
}

/**
 * The objects of the cluster in a result, and what leads from one to another: `nodes` of `{ id, kind, name, namespace, label, status, path,
 * root, deleted, object }`, `edges` of `{ from, to, fields }`. An object is what has `metadata { name }`, or by the schema (a GraphQLSchema,
 * if there is one) is of a kind; its kind is what `kind` or `__typename` say, or the schema, or the field's name. Two parts with the same
 * kind, namespace and name are one node. `object` is what the query selects of it, without the other nodes.
 */
export function graphOfResult({ data, query, variables, operationName, schema }) {
  const operation = operationOf(query ?? '', operationName) ?? { operation: 'query', selections: [], fragments: new Map() };
  const gathering = new Gathering(operation, variables);
  gathering.visit(data ?? {}, { selections: operation.selections, path: [], type: rootOf(schema, operation.operation) });
  const labelOf = labels();
  const nodes = [...gathering.nodes.values()].map((node) => ({
    ...node,
    isCustom: !isBuiltIn(node.kind),
    label: labelOf(node),
    status: node.deleted ? { text: 'deleted', tone: 'none' } : statusOf(node.kind, node.object),
  }));
  return { nodes, edges: [...gathering.edges.values()].map((edge) => ({ ...edge, fields: [...edge.fields] })) };
}
