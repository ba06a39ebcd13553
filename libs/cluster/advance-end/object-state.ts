import { jsonPath } from '#apiextensions';
import type { KubeObject } from '#apimachinery';

/** The state of an object that is waited for, in the forms of kubectl wait. */
export interface StateWait {
  /** `Available` or `Available=False`; the status is True if there is none. */
  condition?: string;
  /** `{.status.readyReplicas}`; with a value it must have that value, otherwise any. */
  jsonPath?: string;
  value?: string;
  created?: true;
  deleted?: true;
}

/** The path between the braces of a JSONPath template. */
const pathOf = (template: string): string => template.replace(/^\{(.*)\}$/, '$1');

/** Why a path cannot be read; undefined if it can, or there is none. */
export function pathTrouble({ jsonPath: template }: StateWait): string | undefined {
  if (template === undefined || jsonPath(pathOf(template)) !== undefined) return undefined;
  return `jsonPath: ${JSON.stringify(template)} is not a path`;
}

interface Condition {
  type: string;
  status: string;
}

/** Whether an object that exists is in the state. */
export function isInState(object: KubeObject, { condition, jsonPath: path, value }: StateWait): boolean {
  if (condition !== undefined) {
    const [type = '', status = 'True'] = condition.split('=');
    const { conditions } = (object as { status?: { conditions?: Condition[] } }).status ?? {};
    // kubectl wait compares without regard to case.
    return (conditions ?? []).some(
      (one) => one.type.toLowerCase() === type.toLowerCase() && one.status.toLowerCase() === status.toLowerCase(),
    );
  }
  if (path === undefined) return true;
  const found = jsonPath(pathOf(path))?.(object);
  if (found === undefined || found === null) return false;
  return value === undefined || (typeof found === 'object' ? JSON.stringify(found) : String(found)) === value;
}

/** The state that `kubectl wait --for` names: condition=Ready, jsonpath='{.status.phase}'=Running, create, delete. Undefined: none. */
export function stateNamed(text: string): StateWait | undefined {
  if (/^delete$/i.test(text)) return { deleted: true };
  if (/^create$/i.test(text)) return { created: true };
  const [, form = '', rest = ''] = /^(condition|jsonpath)=(.+)$/is.exec(text) ?? [];
  if (form.toLowerCase() === 'condition') return { condition: rest };
  if (form === '') return undefined;
  const [, template = '', value] = /^'?(\{[^}]*\})'?(?:=(.*))?$/s.exec(rest) ?? [];
  return template === '' ? undefined : { jsonPath: template, ...(value !== undefined && { value }) };
}
