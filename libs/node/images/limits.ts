/** Limits on what a tenant's commands may cost the process that simulates them. */

/** Bytes of one argument, including its terminating NUL; beyond it execve fails with E2BIG (Linux MAX_ARG_STRLEN). */
export const LONGEST_ARGUMENT = 131_072;
/** Bytes of all arguments with their pointers (a quarter of the default 8 MiB stack). */
export const LONGEST_ARGUMENTS = 2_097_152;
/** Characters of an image name (distribution/reference limits the repository to 255, a tag to 128). */
export const LONGEST_IMAGE_NAME = 1024;
