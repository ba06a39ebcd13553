import { jsonPath } from '#apiextensions';
import { isNotFound, type KubeObject } from '#apimachinery';
import type { Client } from '#client';

/** What an object is waited for, as kubectl wait has it: one of its conditions, a value at a path, or its deletion. */
export interface ObjectWait {
  /** Resource (plural, singular or kind, in any case) and name: `deployment/web`, `pods/web-1`, `jobs.batch/sum`. */
  object: string;
  namespace: string;
  /** `Available` or `Available=False`; the status is True if there is none. */
  condition?: string;
  /** `{.status.readyReplicas}`; with a value it must have that value, otherwise any. */
  jsonPath?: string;
  value?: string;
  deleted?: true;
}

/** What ends an advance before its target: a time in milliseconds without a write, or the state of an object. */
export type AdvanceEnd = { quiet: number } | ObjectWait;

/** The path between the braces of a JSONPath template. */
const pathOf = (template: string): string => template.replace(/^\{(.*)\}$/, '$1');

/** Why an end cannot be waited for; undefined if it can. */
export function troubleWith(end: AdvanceEnd): string | undefined {
  if ('quiet' in end) return undefined;
  if (!/^[\w.-]+\/[\w.-]+$/.test(end.object))
    return `object: ${JSON.stringify(end.object)} is not a resource and a name, as in deployment/web`;
  const forms = [end.condition, end.jsonPath, end.deleted].filter((form) => form !== undefined);
  if (forms.length !== 1) return 'one of condition, jsonPath and deleted is required';
  if (end.jsonPath !== undefined && jsonPath(pathOf(end.jsonPath)) === undefined)
    return `jsonPath: ${JSON.stringify(end.jsonPath)} is not a path`;
  return undefined;
}

interface Condition {
  type: string;
  status: string;
}

/** Whether an object is as it is waited for; undefined: it does not exist. */
export function isAsWaited(object: KubeObject | undefined, { condition, jsonPath: path, value, deleted }: ObjectWait): boolean {
  if (deleted || object === undefined) return deleted === true && object === undefined;
  if (condition !== undefined) {
    const [type = '', status = 'True'] = condition.split('=');
    const { conditions } = (object as { status?: { conditions?: Condition[] } }).status ?? {};
    // kubectl wait compares without regard to case.
    return (conditions ?? []).some(
      (one) => one.type.toLowerCase() === type.toLowerCase() && one.status.toLowerCase() === status.toLowerCase(),
    );
  }
  const found = jsonPath(pathOf(path ?? ''))?.(object);
  if (found === undefined || found === null) return false;
  return value === undefined || (typeof found === 'object' ? JSON.stringify(found) : String(found)) === value;
}

/** Whether an object of the cluster is as it is waited for. A resource that is not served (yet) has no objects. */
export async function waitIsOver(client: Client, wait: ObjectWait): Promise<boolean> {
  const [named = '', name = ''] = wait.object.toLowerCase().split('/');
  const [short, ...group] = named.split('.');
  const resource = (await client.resources()).find(
    (info) =>
      [info.resource, info.singular, info.kind.toLowerCase(), ...(info.shortNames ?? [])].includes(short ?? '') &&
      (group.length === 0 || info.group === group.join('.')),
  );
  if (resource === undefined) return isAsWaited(undefined, wait);
  const object = await client.get(resource, name, resource.namespaced ? wait.namespace : undefined).catch((error: unknown) => {
    if (isNotFound(error)) return undefined;
    throw error;
  });
  return isAsWaited(object, wait);
}
