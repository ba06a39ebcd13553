import { GraphQLError } from 'graphql';
import { limits } from '../limits.js';

const refused = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: 'QUERY_TOO_COMPLEX' } });

/** Throws if the values of variables are so many, or nested so deeply, that coercing them to their types would take long. Texts are one each. */
export function checkVariables(variables: Readonly<Record<string, unknown>> | null | undefined): void {
  let left: unknown[] = [variables];
  let seen = 0;
  for (let depth = 0; left.length > 0; depth += 1) {
    if (depth > limits.variableDepth) throw refused(`The variables are nested deeper than ${limits.variableDepth} levels.`);
    const below: unknown[] = [];
    for (const value of left) {
      if (typeof value !== 'object' || value === null) continue;
      for (const name in value) {
        seen += 1;
        if (seen > limits.variableValues)
          throw refused(`The variables hold more than ${limits.variableValues} values: send objects as a text, in \`manifest\`.`);
        below.push((value as Record<string, unknown>)[name]);
      }
    }
    left = below;
  }
}
