import type { FunctionDeclaration } from './functions.js';
import type { CelType } from './types.js';

/** What expressions may refer to. */
export interface Declarations {
  readonly variables: ReadonlyMap<string, CelType>;
  readonly functions: ReadonlyMap<string, FunctionDeclaration>;
  /** Names of types: `int` is of type(int). */
  readonly typeNames: ReadonlyMap<string, CelType>;
  /** Object types that may be constructed. */
  readonly findObjectType: (name: string) => CelType | undefined;
}
