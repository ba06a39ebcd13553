/** Operations in one JSON patch (endpoints/handlers/patch.go maxJSONPatchOperations). */
export const maxOperations = 10_000;
/** Bytes that the copy operations of one JSON patch may add together (apiserver/pkg/server/config.go JSONPatchMaxCopyBytes). */
export const maxCopiedBytes = 3 * 1024 * 1024;
/** List elements that the operations of one JSON patch may move by putting elements in or taking them out. Ours: upstream has no such limit. */
export const maxMovedElements = 16_000_000;
