/** Maximum operations in a JSON patch (endpoints/handlers/patch.go maxJSONPatchOperations). */
export const maxOperations = 10_000;
/** Maximum bytes that the copy operations of a JSON patch may add in total (apiserver/pkg/server/config.go JSONPatchMaxCopyBytes). */
export const maxCopiedBytes = 3 * 1024 * 1024;
/** Maximum list elements that the operations of a JSON patch may move by inserting and removing elements. Upstream has no such limit. */
export const maxMovedElements = 16_000_000;
