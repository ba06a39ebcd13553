import { failureStatus } from '#apimachinery';

/** How a remote command ended. */
export type Outcome = { code: number; command: readonly string[] } | { error: string };

/** The Status that ends a remote command, for protocols from v4 on. */
export function statusText(outcome: Outcome): string {
  if ('error' in outcome) {
    const message = `Internal error occurred: ${outcome.error}`;
    return JSON.stringify(
      failureStatus({ code: 500, reason: 'InternalError', message, details: { causes: [{ message: outcome.error }] } }),
    );
  }
  const { code } = outcome;
  if (code === 0) return JSON.stringify({ metadata: {}, status: 'Success' });
  return JSON.stringify({
    metadata: {},
    status: 'Failure',
    message: exitText(outcome),
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
  });
}

const exitText = ({ code, command }: Extract<Outcome, { code: number }>): string =>
  `command terminated with non-zero exit code: error executing command [${command.join(' ')}], exit code ${code}`;

/** The text that earlier protocols send instead; '' for success. */
export function statusMessage(outcome: Outcome): string {
  if ('error' in outcome) return `Internal error occurred: ${outcome.error}`;
  return outcome.code === 0 ? '' : exitText(outcome);
}
