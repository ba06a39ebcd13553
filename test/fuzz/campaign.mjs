// Sends inputs to a target, and shrinks the failing ones.
import fc from 'fast-check';
import { signature } from './checks.mjs';
import { render } from './render.mjs';

const batch = 250;
/** A stretch of an event loop that is told with its input, in milliseconds, and how many of them. */
const LONG = 20;
const SHOWN = 10;

/** One batch by fast-check: the first failing input, shrunk. */
async function runBatch({ target, arbitrary, seed, numRuns, known, count }) {
  let failing;
  const predicate = async (input) => {
    const outcome = await target.send(render(input));
    count(outcome, failing === undefined, input);
    if (outcome.wrong === undefined) return;
    const kind = signature(outcome.wrong);
    if (known.has(kind) || (failing !== undefined && failing !== kind)) return;
    failing = kind;
    throw new Error(outcome.wrong);
  };
  const result = await fc.check(fc.asyncProperty(arbitrary, predicate), { seed, numRuns, interruptAfterTimeLimit: 60_000, verbose: 0 });
  if (!result.failed || result.counterexample === null) return undefined;
  known.add(failing);
  return { what: result.errorInstance?.message ?? failing, seed, path: result.counterexamplePath, input: result.counterexample[0] };
}

/**
 * Sends the given number of inputs, or as many as the time allows. Returns the number of responses by status code, and one finding of each
 * sort.
 * @param {{target: object, arbitrary: object, inputs: number, seconds: number, seed: number, name?: string, say?: (text: string) => void}} options
 */
export async function campaign({ target, arbitrary, inputs, seconds, seed, name = target.name, say = () => {} }) {
  const started = performance.now();
  const known = new Set();
  const findings = [];
  const codes = {};
  const slowest = { cpu: 0, block: 0 };
  const blocks = [];
  let done = 0;
  const count = ({ code, cpu, block = 0 }, first, input) => {
    if (!first) return;
    done += 1;
    codes[code] = (codes[code] ?? 0) + 1;
    slowest.cpu = Math.max(slowest.cpu, cpu);
    slowest.block = Math.max(slowest.block, block);
    if (block > LONG) blocks.push({ ms: Math.round(block), code, input: JSON.stringify(input).slice(0, 300) });
  };
  for (let number = 0; done < inputs && performance.now() - started < seconds * 1000; number++) {
    const numRuns = Math.min(batch, inputs - done);
    const finding = await runBatch({ target, arbitrary, seed: (seed + number * 7919) | 0, numRuns, known, count });
    if (finding) {
      findings.push(finding);
      say(`${name}: ${finding.what}\n    --replay '${JSON.stringify(finding.input)}'`);
    }
  }
  const took = (performance.now() - started) / 1000;
  return {
    target: name,
    inputs: done,
    seconds: Math.round(took * 10) / 10,
    perSecond: Math.round(done / took),
    codes,
    slowestCpuMs: Math.round(slowest.cpu),
    ...(slowest.block > 0 && { longestBlockMs: Math.round(slowest.block), longBlocks: blocks.sort((a, b) => b.ms - a.ms).slice(0, SHOWN) }),
    findings,
  };
}
