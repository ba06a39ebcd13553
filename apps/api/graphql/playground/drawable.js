// Whether there is a picture of a result: of objects and what leads from one to another, or of steps.
import { fieldsOf, operationOf } from './document.js';
import { isKind, rootOf, templates, typeOfField } from './graph-types.js';

const chainsOfRoot = new Set(['eventChain', 'traceOf', 'causes']);
const chainsOfObject = new Set(['why', 'history', 'causes']);
/** What steps are known by; a kind of one's own may have a field `history` that is something else. */
const toldOfSteps = ['line', 'summary', 'revision', 'component', 'user', 'changes', 'causes', 'at'];

/** Whether the value of a selected field is steps: writes that follow from one another, or those of one object. */
export function isChain({ name, selections }, { isRoot, fragments }) {
  if (isRoot) return chainsOfRoot.has(name);
  if (!chainsOfObject.has(name)) return false;
  const told = [...fieldsOf(selections, fragments).values()].map((field) => field.name);
  return toldOfSteps.some((field) => told.includes(field));
}

/**
 * Whether a query asks for what a picture shows: steps, or objects within objects. The schema (a GraphQLSchema) tells what is an object; where
 * it does not, what has metadata is one. The query is one that the server has accepted: its fragments do not lead back to themselves.
 */
export function isDrawable({ query, operationName }, schema) {
  const operation = operationOf(query, operationName);
  if (!operation) return false;
  const { fragments } = operation;
  const walk = (selections, type, above) => {
    const fields = [...fieldsOf(selections, fragments).values()];
    const isObject = type ? isKind(type) : fields.some(({ name }) => name === 'metadata');
    const here = isObject ? above + 1 : above;
    if (here >= 2) return true;
    return fields.some((field) => {
      const { name, on, selections: inner } = field;
      if (isChain(field, { isRoot: selections === operation.selections, fragments })) return true;
      if (inner.length === 0 || name === 'metadata' || templates.has(name)) return false;
      return walk(inner, typeOfField(on ? schema?.getType(on) : type, name), here);
    });
  };
  return walk(operation.selections, rootOf(schema, operation.operation), 0);
}
