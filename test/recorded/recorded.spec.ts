import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Service, startService } from '../service.js';

/** What a real v1.36 server answered, and the program that asks the same again and compares. It stands beside the repository. */
const recorded = path.resolve(import.meta.dirname, '../../../shared/recorded');
const replay = path.join(recorded, 'replay.mjs');

/** Steps that must be answered alike, by topic: two fewer than are today. */
const floors = {
  concurrency: 22,
  'create-defaults': 195,
  delete: 67,
  discovery: 101,
  dryrun: 13,
  'field-validation': 26,
  list: 121,
  patch: 66,
  tables: 263,
  watch: 50,
} as const;
type Topic = keyof typeof floors;
const topics = Object.keys(floors) as Topic[];

interface Difference {
  topic: string;
  case: string;
  ok: boolean;
  /** Where (step/pointer), what was recorded, what came. */
  diffs: Array<[string, unknown, unknown]>;
}

interface Report {
  topics: Record<string, { steps: number; stepsAlike: number }>;
  results: Difference[];
}

/** Replays the topics on a cluster; resolves with the report, whether or not all is alike. */
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
  });

  afterAll(() => service?.stop());

  it.each(topics)('%s', (topic) => {
    const alike = report.topics[topic]?.stepsAlike ?? 0;
    const differ = report.results.filter((result) => result.topic === topic && !result.ok);
    // What differs is shown only where the floor is missed.
    expect(alike >= floors[topic] ? [] : differ.map((result) => [result.case, ...result.diffs.slice(0, 3)])).toEqual([]);
    expect(alike).toBeGreaterThanOrEqual(floors[topic]);
  });
});
