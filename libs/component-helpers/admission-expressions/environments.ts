import { AUTHORIZER, type CelEnvironment, type CelType, celEnvironment, DYN, RESOURCE_CHECK } from '#cel';
import { JSON_PATCH, NAMESPACE, OBJECT, REQUEST } from './types.js';

/** What expressions may refer to besides the request and its objects. */
export interface ExpressionOptions {
  params: boolean;
  authorizer: boolean;
  /** The types of patches. */
  patches?: boolean;
}

const variablesOf = ({ params, authorizer }: ExpressionOptions): Record<string, CelType> => ({
  object: DYN,
  oldObject: DYN,
  namespaceObject: NAMESPACE,
  request: REQUEST,
  ...(params ? { params: DYN } : {}),
  ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
});

const made = new Map<string, CelEnvironment>();

/** The environment of expressions about a request (admission/plugin/cel compile.go). There are eight of them. */
export function admissionEnvironment(options: ExpressionOptions): CelEnvironment {
  const key = `${options.params} ${options.authorizer} ${options.patches ?? false}`;
  const known = made.get(key);
  if (known) return known;
  const environment = celEnvironment({
    variables: variablesOf(options),
    ...(options.patches ? { types: [OBJECT, JSON_PATCH], mutations: true } : {}),
  });
  made.set(key, environment);
  return environment;
}
