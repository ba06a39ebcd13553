import { type CelEnvironment, celEnvironment, DYN, formatType, listType } from '#cel';

const ofObject = celEnvironment({ variables: { object: DYN } });
const ofList = celEnvironment({ variables: { objects: listType(DYN) } });

const environmentOf = (list: boolean): CelEnvironment => (list ? ofList : ofObject);

/** Why an expression cannot be waited for; undefined if it can. `list`: it is about the objects of a resource. */
export function expressionTrouble(expression: string, list: boolean): string | undefined {
  const { program, issues } = environmentOf(list).compile(expression);
  if (program === undefined) return issues;
  const type = formatType(program.resultType);
  return type === 'bool' || type === 'dyn' ? undefined : `must be a bool, but is of the type ${type}`;
}

/** Whether an expression is true. It is bounded as every expression of the API; a field that is missing is an error, as everywhere in CEL. */
export function expressionHolds(expression: string, activation: Readonly<Record<string, unknown>>): { over: boolean; error?: string } {
  const { program, issues } = environmentOf('objects' in activation).compile(expression);
  if (program === undefined) return { over: false, error: issues };
  const outcome = program.evaluate(activation);
  return outcome.error === undefined ? { over: outcome.value === true } : { over: false, error: outcome.error };
}
