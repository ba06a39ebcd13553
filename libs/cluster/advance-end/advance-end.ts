import { isNotFound, type KubeObject, StatusError } from '#apimachinery';
import { type Client, resourceNamed } from '#client';
import { expressionHolds, expressionTrouble } from './expression.js';
import { isInState, pathTrouble, type StateWait } from './object-state.js';

/** What is waited for, as kubectl wait has it: a state of one object, or of all that are selected of a resource. */
export interface ObjectWait extends StateWait {
  /** Resource (plural, singular or kind, in any case) and name: `deployment/web`, `pods/web-1`, `jobs.batch/sum`. */
  object?: string;
  /** Instead of one object: `pods`. */
  resource?: string;
  labelSelector?: string;
  /** Unset: those of all namespaces. */
  namespace?: string;
  /** CEL over `object`, or over `objects` of the resource. */
  expression?: string;
}

/** What ends an advance before its target: a time in milliseconds without a write, or the state of objects. */
export type AdvanceEnd = { quiet: number } | ObjectWait;

/** How a wait stands. */
export interface WaitState {
  over: boolean;
  /** Why the expression has no value, or the objects could not be read. */
  error?: string;
  /** They could not be read. */
  unanswered?: true;
}

const FORMS = ['condition', 'jsonPath', 'deleted', 'created', 'expression'] as const;

/** Why an end cannot be waited for; undefined if it can. */
export function troubleWith(end: AdvanceEnd): string | undefined {
  if ('quiet' in end) return undefined;
  const { object, resource, labelSelector, expression } = end;
  if ((object === undefined) === (resource === undefined)) return 'one of object and resource is required';
  if (object !== undefined && !/^[\w.-]+\/[\w.-]+$/.test(object))
    return `object: ${JSON.stringify(object)} is not a resource and a name, as in deployment/web`;
  if (object !== undefined && labelSelector !== undefined) return 'labelSelector: selects objects of a resource';
  if (FORMS.filter((form) => end[form] !== undefined).length !== 1) return `one of ${FORMS.join(', ')} is required`;
  const trouble = expression === undefined ? undefined : expressionTrouble(expression, resource !== undefined);
  return trouble === undefined ? pathTrouble(end) : `expression: ${trouble}`;
}

/** How a wait stands with these objects: those that exist of what is waited for. */
export function stateOf(found: readonly KubeObject[], wait: ObjectWait): WaitState {
  if (wait.deleted) return { over: found.length === 0 };
  if (wait.expression !== undefined) {
    if (wait.resource !== undefined) return expressionHolds(wait.expression, { objects: found });
    const [object] = found;
    return object === undefined ? { over: false } : expressionHolds(wait.expression, { object });
  }
  return { over: found.length > 0 && found.every((object) => isInState(object, wait)) };
}

/** What exists of what is waited for. A resource that is not served (yet) has no objects. */
async function objectsOf(
  client: Client,
  { object, resource: named, labelSelector, namespace }: ObjectWait,
): Promise<readonly KubeObject[]> {
  const [kind = '', name = ''] = (object ?? named ?? '').split('/');
  const resource = resourceNamed(await client.resources(), kind);
  if (resource === undefined) return [];
  const within = resource.namespaced && namespace !== undefined ? namespace : undefined;
  if (object === undefined) {
    const query = { ...(within !== undefined && { namespace: within }), ...(labelSelector !== undefined && { labelSelector }) };
    return (await client.list(resource, query)).items as readonly KubeObject[];
  }
  const found = await client.get(resource, name, within).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  return found === undefined ? [] : [found];
}

/** How a wait stands in a cluster; while no API server answers, nothing is known to be over. */
export async function waitState(client: Client, wait: ObjectWait): Promise<WaitState> {
  try {
    return stateOf(await objectsOf(client, wait), wait);
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { over: false, error: error.message, unanswered: true };
  }
}
