import { goQuote } from '#apimachinery';

/** The results of health checks. */
interface Results {
  failed(check: string): boolean;
  /** Those that do not count. */
  excluded: ReadonlySet<string>;
  /** Each check is told of. */
  verbose: boolean;
}

/** What /healthz, /livez or /readyz answers (apiserver/pkg/server/healthz): `ok`, or a line per check. */
export function checksAnswer(
  name: string,
  checks: readonly string[],
  { failed, excluded, verbose }: Results,
): { status: number; body: string } {
  const broken = checks.some(failed);
  if (!broken && !verbose) return { status: 200, body: 'ok' };
  const unknown = new Set(excluded);
  const lines = checks.map((check) => line(check, failed(check), unknown.delete(check)));
  if (unknown.size > 0) {
    const names = [...unknown].sort().map(goQuote).join(',');
    lines.push(`warn: some health checks cannot be excluded: no matches for ${names}`);
  }
  lines.push(`${name} check ${broken ? 'failed' : 'passed'}`);
  return { status: broken ? 500 : 200, body: `${lines.join('\n')}\n` };
}

function line(check: string, failed: boolean, excluded: boolean): string {
  if (failed) return `[-]${check} failed: reason withheld`;
  return excluded ? `[+]${check} excluded: ok` : `[+]${check} ok`;
}
