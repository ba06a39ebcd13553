import { readFileSync } from 'node:fs';
import { testCluster } from '#apiserver/test-cluster';
import { conversions, strategies } from './index.js';

/** A request to a real v1.36 server in a series, and the part of its response that is compared. */
interface Step {
  id: string;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  raw?: string;
  /** The order within the message is that of a Go map. */
  unordered?: boolean;
  answer: {
    status: number;
    message?: string;
    causes?: Array<[field: string, message: string]>;
    columns?: Array<[name: string, type: string, format: string, priority: number]>;
    cells?: unknown[][];
    warning?: string[];
  };
}

const cases: Array<{ name: string; steps: Step[] }> = JSON.parse(readFileSync(new URL('./cases.recorded.json', import.meta.url), 'utf8'));

/** What differs between runs, by its name in the recording. */
function normalized(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\b10\.(9[6-9]|10\d|11[01])\.\d{1,3}\.\d{1,3}\b/g, '<ip>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>');
}

const expanded = (text: string): string =>
  text.replace(/\{\{repeat:(.):(\d+)\}\}/g, (_, char: string, count: string) => char.repeat(Number(count)));

/** `{{step:/json/pointer}}`: a value from an earlier response. */
function filled(text: string, answers: ReadonlyMap<string, unknown>): string {
  return expanded(text).replace(/\{\{([^:}]+):(\/[^}]+)\}\}/g, (_, id: string, pointer: string) => {
    let value = answers.get(id) as Record<string, unknown> | undefined;
    for (const key of pointer.slice(1).split('/')) value = value?.[key] as Record<string, unknown> | undefined;
    return String(value);
  });
}

/** Ages are not compared. */
const withAges = (cells: unknown[][] | undefined, like: unknown[][]) =>
  cells?.map((row, y) =>
    row.map((cell, x) => (like[y]?.[x] === '<age>' && /^\d+[smhdy]|^<invalid>|^<unknown>/.test(String(cell)) ? '<age>' : cell)),
  );

const sorted = (message: string): string =>
  message
    .split(/, (?=\S+: )|[[\]]/)
    .sort()
    .join();

function told(answer: Awaited<ReturnType<Awaited<ReturnType<typeof testCluster>>['call']>>, step: Step): Step['answer'] {
  const { body, status } = answer;
  const { message, details, columnDefinitions, rows } = body as unknown as Record<string, never>;
  const causes = (details as { causes?: Array<{ field?: string; message: string }> } | undefined)?.causes;
  const { cells: like, columns } = step.answer;
  const result: Step['answer'] = { status };
  if (step.answer.message !== undefined) result.message = normalized(String(message));
  if (causes) result.causes = causes.map((cause) => [cause.field ?? '', normalized(cause.message)]);
  if (columns) {
    result.columns = (columnDefinitions as unknown as Array<{ name: string; type: string; format: string; priority: number }>).map(
      (column) => [column.name, column.type, column.format, column.priority],
    );
  }
  if (like)
    result.cells = withAges(
      (rows as unknown as Array<{ cells: unknown[] }>).map((row) => JSON.parse(normalized(JSON.stringify(row.cells)))),
      like,
    );
  const warning = answer.headers.warning;
  if (warning) result.warning = Array.isArray(warning) ? warning : [warning];
  return result;
}

describe.each(cases.map((each) => [each.name, each.steps] as const))('%s', (_, steps) => {
  test('has the same responses as a real server', async () => {
    const { call } = await testCluster({ strategies, conversions });
    await call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'ns1' } } });
    const kubernetes = { metadata: { name: 'kubernetes' }, spec: { clusterIP: '10.96.0.1', ports: [{ port: 443 }] } };
    await call('POST', '/api/v1/namespaces/default/services', { body: kubernetes });
    const answers = new Map<string, unknown>();
    for (const step of steps) {
      const { raw, body, headers, answer } = step;
      const text = raw ?? (body === undefined ? undefined : JSON.stringify(body));
      const given = await call(step.method, filled(step.path, answers), {
        ...(text === undefined ? {} : { raw: new TextEncoder().encode(filled(text, answers)) }),
        headers: { ...(text === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      });
      answers.set(step.id, given.body);
      const wanted = JSON.parse(expanded(JSON.stringify(answer))) as Step['answer'];
      const got = told(given, step);
      if (step.unordered && got.message && wanted.message) [got.message, wanted.message] = [sorted(got.message), sorted(wanted.message)];
      if (step.unordered) [got.causes, wanted.causes] = [got.causes?.sort(), wanted.causes?.sort()];
      expect({ step: step.id, ...got }).toEqual({ step: step.id, ...wanted });
    }
  });
});
