import { statSync } from 'node:fs';

/** The folders whose specs start processes and wait for them, longest first. */
const LONG = ['/test/conformance/', '/test/e2e/', '/test/property/', '/test/deploy/', '/test/recorded/', '/test/scenarios/'];

const rankOf = (path) => {
  const rank = LONG.findIndex((folder) => path.includes(folder));
  return rank < 0 ? LONG.length : rank;
};

/** Begins with the specs that take longest, also in a clone that has measured none yet: at the end no worker waits for a long one. */
export default class LongestFirst {
  sort(tests) {
    const sized = [...tests].map((test) => ({ test, rank: rankOf(test.path), size: statSync(test.path).size }));
    return sized.sort((a, b) => a.rank - b.rank || b.size - a.size).map(({ test }) => test);
  }

  cacheResults() {}
}
