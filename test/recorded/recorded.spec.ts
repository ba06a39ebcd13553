import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Service, startService } from '../service.js';
import { differing, unexpected } from './differences.js';

/** The responses of a real v1.36 server, and the program that repeats the requests and compares. They are beside the repository. */
const recorded = path.resolve(import.meta.dirname, '../../../shared/recorded');
const replay = path.join(recorded, 'replay.mjs');

/** All topics except those that mostly wait: for pods' logs and for controllers that are not supported yet. */
const topics = existsSync(recorded)
  ? readdirSync(path.join(recorded, 'cases'))
      .map((name) => path.basename(name, '.json'))
      .filter((name) => !['controllers', 'scheduler', 'subresources'].includes(name))
      .sort()
  : [];

/** The steps with known differences, as `topic :: case :: step`. Written by a run with WRITE_DIFFERENCES=1, on a quiet machine. */
const list = path.join(import.meta.dirname, 'differences.json');
const writes = process.env.WRITE_DIFFERENCES === '1';
const known: string[] = writes ? [] : JSON.parse(readFileSync(list, 'utf8'));

interface Report {
  topics: Record<string, { steps: number }>;
  results: Array<{
    topic: string;
    case: string;
    /** Where (step/pointer), what was recorded, the actual value. */
    diffs: Array<[string, unknown, unknown]>;
  }>;
}

/** Replays the topics on a cluster; resolves with the report, whether or not there are differences. */
function compare(kubeconfig: string, report: string): Promise<Report> {
  const options = ['--compare', '--kubeconfig', kubeconfig, '--only', topics.join(','), '--parallel', '12', '--json', '--out', report];
  const child = spawn(process.execPath, [replay, ...options], { env: { ...process.env, NODE_OPTIONS: '' }, stdio: 'ignore' });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => {
      if (existsSync(report)) resolve(JSON.parse(readFileSync(report, 'utf8')) as Report);
      else reject(new Error('the replay ended without a report'));
    });
  });
}

if (!existsSync(replay)) process.stdout.write('There are no recorded answers beside the repository: they are not compared with.\n');

(existsSync(replay) ? describe : describe.skip)('a default cluster answers as a real one did', () => {
  let service: Service;
  let report: Report;

  beforeAll(async () => {
    service = await startService();
    const { kubeconfig } = await service.createCluster({ name: 'recorded', profile: 'instant' });
    report = await compare(kubeconfig, path.join(service.home, 'recorded.json'));
    if (writes) known.push(...differing(report.results));
    if (writes) writeFileSync(list, `${JSON.stringify(known, null, 2)}\n`);
  });

  afterAll(() => service?.stop());

  it.each(topics)('%s', (topic) => {
    expect(report.topics[topic]?.steps).toBeGreaterThan(0);
    const results = report.results.filter((result) => result.topic === topic);
    expect(
      unexpected(
        results,
        known.filter((name) => name.startsWith(`${topic} :: `)),
      ),
    ).toEqual([]);
  });
});
