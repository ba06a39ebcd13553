import type { Meanings } from './meanings.js';

/** Signals without a meaning of their own. */
const realTime = (first: string, sign: string, count: number): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`${first}${sign}${at + 1}`, 'A real-time signal, which means what the program says.']),
  );

/** What the signals that stop containers mean (POSIX, signal.h; Linux, signal(7)). */
export const signalMeanings: Meanings = {
  'v1.Signal': {
    SIGABRT: 'The program gave up: abort(3).',
    SIGALRM: 'A timer has run out: alarm(2).',
    SIGBUS: 'Memory was used wrongly.',
    SIGCHLD: 'A child has ended, or was stopped.',
    SIGCLD: 'Another name of SIGCHLD.',
    SIGCONT: 'A process that was stopped goes on.',
    SIGFPE: 'An arithmetic operation went wrong.',
    SIGHUP: 'The terminal is gone; to servers often: read the configuration again.',
    SIGILL: 'An instruction that the processor does not know.',
    SIGINT: 'Interrupted from the keyboard: Ctrl-C.',
    SIGIO: 'Something can be read or written now.',
    SIGIOT: 'Another name of SIGABRT.',
    SIGKILL: 'Ends the process at once; it cannot be caught.',
    SIGPIPE: 'Nobody reads what is written.',
    SIGPOLL: 'Another name of SIGIO.',
    SIGPROF: 'The timer of a profiler has run out.',
    SIGPWR: 'The power fails.',
    SIGQUIT: 'Ended from the keyboard, with a core dump; to servers often: end when all is done.',
    SIGRTMAX: 'The last real-time signal, which means what the program says.',
    SIGRTMIN: 'The first real-time signal, which means what the program says.',
    ...realTime('SIGRTMAX', '-', 14),
    ...realTime('SIGRTMIN', '+', 15),
    SIGSEGV: 'Memory was used that is not the process’s own.',
    SIGSTKFLT: 'The stack of the coprocessor went wrong. Not used.',
    SIGSTOP: 'Stops the process; it cannot be caught.',
    SIGSYS: 'A system call that is wrong or forbidden.',
    SIGTERM: 'Asks the process to end: what containers get by default.',
    SIGTRAP: 'A breakpoint of a debugger.',
    SIGTSTP: 'Stopped from the keyboard: Ctrl-Z.',
    SIGTTIN: 'A process in the background reads from the terminal.',
    SIGTTOU: 'A process in the background writes to the terminal.',
    SIGURG: 'Urgent data on a socket.',
    SIGUSR1: 'The first signal that means what the program says.',
    SIGUSR2: 'The second signal that means what the program says.',
    SIGVTALRM: 'A timer of the process’s own time has run out.',
    SIGWINCH: 'The window has another size; to some servers: end when all is done.',
    SIGXCPU: 'The process has used more CPU than it may.',
    SIGXFSZ: 'A file is longer than it may be.',
  },
};
