export { type CompiledExpression, compileExpression, type ExpressionUse } from './compile.js';
export { type CompiledVariable, Composition, type NamedExpression } from './composition.js';
export { admissionEnvironment, type ExpressionOptions } from './environments.js';
export { NAMESPACE, REQUEST } from './types.js';
