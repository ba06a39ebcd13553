// Threads that convert YAML, compiled as in the service.
import { afterEach, describe, expect, test } from '@jest/globals';
import { YAML_LIMITS, YamlThreads } from '#hosting';

const program = new URL('../../dist/libs/hosting/yaml/yaml-thread.js', import.meta.url);
const open: YamlThreads[] = [];

function threads(limits: Partial<typeof YAML_LIMITS> = {}): YamlThreads {
  const made = new YamlThreads({ program, limits: { ...YAML_LIMITS, ...limits } });
  open.push(made);
  return made;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((made) => made.close()));
});

/** YAML of about this many characters, and the resulting JSON. */
function document(length: number): { text: string; json: string } {
  const keys = Array.from({ length: Math.ceil(length / 16) }, (_, i) => `key-${String(i).padStart(7, '0')}`);
  return { text: keys.map((key) => `${key}: v\n`).join(''), json: JSON.stringify(Object.fromEntries(keys.map((key) => [key, 'v']))) };
}

describe('YAML in threads', () => {
  test('has the same result as synchronously', async () => {
    const yaml = threads();
    const { text, json } = document(500_000);
    expect(await yaml.convert('a', text)).toEqual({ json });
    const line = text.split('\n').length;
    expect(await yaml.convert('a', `${text}x: y: z`)).toEqual({
      error: `yaml: line ${line}: mapping values are not allowed in this context`,
      place: { line, column: 5 },
    });
    expect(await yaml.convert('a', 'a: b')).toEqual({ json: '{"a":"b"}' });
  }, 60_000);

  test('tenants take turns', async () => {
    const yaml = threads();
    const { text } = document(200_000);
    const order: string[] = [];
    const ask = (tenant: string) => yaml.convert(tenant, text).then(() => order.push(tenant));
    await Promise.all([...['a', 'a', 'a', 'a'].map(ask), ask('b'), ask('c'), ask('b')]);
    expect(order).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  }, 60_000);

  test('the number of waiting documents is limited', async () => {
    const yaml = threads({ waiting: 2 });
    const { text, json } = document(20_000);
    const asked = [1, 2, 3, 4].map(() => yaml.convert('a', text));
    const outcomes = await Promise.allSettled(asked);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(outcomes[3]).toMatchObject({ reason: { status: { code: 429, message: 'Too many requests, please try again later.' } } });
    expect(await yaml.convert('a', text)).toEqual({ json });
  }, 60_000);

  test('a document that takes too long fails without affecting others', async () => {
    const large = document(2_000_000).text;
    const { text, json } = document(20_000);
    const yaml = threads({ timeout: 1 });
    const [failed, other] = await Promise.allSettled([yaml.convert('a', large), threads().convert('b', text)]);
    expect(failed).toMatchObject({ reason: { status: { code: 504 } } });
    expect(other).toEqual({ status: 'fulfilled', value: { json } });
  }, 60_000);

  test('an idle thread ends, and another one is started when needed', async () => {
    const yaml = threads({ idle: 1 });
    const { text, json } = document(20_000);
    for (let i = 0; i < 3; i++) {
      expect(await yaml.convert('a', text)).toEqual({ json });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }, 60_000);

  test('documents still waiting at the end are rejected', async () => {
    const yaml = threads();
    const { text } = document(500_000);
    const asked = ['a', 'a', 'b'].map((tenant) => yaml.convert(tenant, text));
    const outcomes = Promise.allSettled(asked);
    await yaml.close();
    for (const outcome of await outcomes) expect(outcome.status).toBe('rejected');
    await expect(yaml.convert('a', text)).rejects.toMatchObject({ status: { code: 429 } });
  }, 60_000);
});
