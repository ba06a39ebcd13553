/** Limits of the shell's interpreter. Sizes are in bytes, times in milliseconds. */

/** Nesting of commands and substitutions in a script, and of calls of functions. */
export const DEEPEST_NESTING = 60;
export const DEEPEST_CALLS = 100;
/** Characters of a script, of an arithmetic expression, and of a line that is matched with a regular expression. */
export const LONGEST_SCRIPT = 128 * 1024;
export const LONGEST_EXPRESSION = 10_000;
export const LONGEST_MATCHED_LINE = 16 * 1024;
/** Comparisons that one expansion of a pattern may need: pattern × value × value. */
export const MOST_COMPARISONS = 2_000_000;
/** Bytes of one expanded word, of a variable, and of what a command substitution keeps. */
export const LONGEST_VALUE = 256 * 1024;
/** Bytes that a pipe holds until its reader takes some (Linux: 64 KiB). */
export const PIPE_BYTES = 64 * 1024;
/** Bytes that commands like sort and tac may hold. */
export const HELD_BYTES = 1024 * 1024;
/** Bytes of all variables of a shell, of all words of a command (Linux: a quarter of the stack), and of what brace expansions make. */
export const VARIABLE_BYTES = 1024 * 1024;
export const ARGUMENT_BYTES = 2 * 1024 * 1024;
export const BRACE_BYTES = 256 * 1024;
/** Functions of a shell, and ended jobs whose codes are kept. */
export const MOST_FUNCTIONS = 2_000;
export const MOST_JOBS = 500;
/** Characters of a regular expression. */
export const LONGEST_REGEX = 2_000;
/** Tasks (processes) of one kernel. */
export const MOST_TASKS = 256;
/** Steps that a task takes before it has to let time pass, and how much passes: 20,000 commands a second. */
export const STEPS_AT_A_STRETCH = 200;
export const STRETCH = 10;
/** Words of one command. */
export const MOST_WORDS = 20_000;
