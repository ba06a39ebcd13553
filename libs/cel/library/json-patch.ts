import { fn, type Library, overload } from '../check/functions.js';
import { STRING } from '../check/types.js';

/** Paths of JSON patches (apiserver/pkg/cel/library/jsonpatch.go): only mutations have it. */
export const jsonPatch: Library = [
  fn(
    'jsonpatch.escapeKey',
    overload('string_jsonpatch_escapeKey_string', [STRING], STRING, ([text], context) => {
      context.work((text as string).length >> 4);
      return (text as string).replaceAll('~', '~0').replaceAll('/', '~1');
    }),
  ),
];
