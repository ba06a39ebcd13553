/** Bounds on what a tenant's commands may cost the process that simulates them. */

/** Bytes of one argument, with its terminating NUL; execve fails with E2BIG beyond (Linux MAX_ARG_STRLEN). */
export const LONGEST_ARGUMENT = 131_072;
/** Bytes of all arguments with their pointers (a quarter of the default 8 MiB stack). */
export const LONGEST_ARGUMENTS = 2_097_152;
/** Files that a script is known to have written or removed. */
export const MOST_FILES = 1000;
/** Arguments of a probe's command that are looked at for files. */
export const MOST_PROBED_FILES = 100;
/** A container that sleeps for longer than this many milliseconds (a hundred years) never ends. */
export const LONGEST_SLEEP = 100 * 365 * 86_400_000;
/** Characters of an image name (distribution/reference limits the repository to 255, a tag to 128). */
export const LONGEST_IMAGE_NAME = 1024;
