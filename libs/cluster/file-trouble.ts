/** Bytes of a file at most. */
const LARGEST_FILE = 256 * 1024;

/** Why a path is not one of a file that is kept; undefined if it is one. */
function pathTrouble(path: string): string | undefined {
  if (!/^\/(etc|var\/lib\/kubelet)\//.test(path) || path.length > 255) return 'only files below /etc and /var/lib/kubelet are kept';
  const parts = path.slice(1).split('/');
  return parts.every((part) => /^[\w.@+-]+$/.test(part) && part !== '.' && part !== '..') ? undefined : 'not a path';
}

/** Why a file cannot be kept; undefined if it can. */
export function fileTrouble(path: string, content: string): string | undefined {
  return pathTrouble(path) ?? (Buffer.byteLength(content) > LARGEST_FILE ? `larger than ${LARGEST_FILE} bytes` : undefined);
}
