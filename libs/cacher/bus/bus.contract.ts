import type { Bus } from './bus.js';

/** The contract of every bus; `make` returns two ends of a bus (which may be the same object) and a function that closes them. */
export function busContract(make: () => Promise<{ here: Bus; there: Bus; close(): Promise<void> }>): void {
  let ends: Awaited<ReturnType<typeof make>>;
  const nothing = () => undefined;

  beforeEach(async () => {
    ends = await make();
  });
  afterEach(() => ends.close());

  const until = async (done: () => boolean) => {
    for (const limit = Date.now() + 60_000; !done() && Date.now() < limit; ) await new Promise((resolve) => setTimeout(resolve, 2));
    expect(done()).toBe(true);
  };

  test('messages reach every subscriber of the channel, in order, and no others', async () => {
    const heard: string[] = [];
    await ends.here.subscribe('a', (message) => heard.push(`here ${message}`), nothing);
    await ends.there.subscribe('a', (message) => heard.push(`there ${message}`), nothing);
    await ends.there.subscribe('b', (message) => heard.push(`b ${message}`), nothing);
    ends.here.publish('a', '1');
    ends.here.publish('a', '2\nü');
    await until(() => heard.length === 4);
    for (const end of ['here', 'there']) {
      expect(heard.filter((line) => line.startsWith(end))).toEqual([`${end} 1`, `${end} 2\nü`]);
    }
  });

  test('a stopped subscription gets no more messages; another one on the channel does', async () => {
    const heard: string[] = [];
    const stop = await ends.there.subscribe('a', (message) => heard.push(`stopped ${message}`), nothing);
    await ends.there.subscribe('a', (message) => heard.push(message), nothing);
    stop();
    stop();
    ends.here.publish('a', '1');
    await until(() => heard.length > 0);
    expect(heard).toEqual(['1']);
  });

  test('a message for which a subscriber throws is ignored: the others get it, and all get the next one', async () => {
    const heard: string[] = [];
    await ends.there.subscribe('a', (message) => heard.push((JSON.parse(message) as { x: string }).x), nothing);
    await ends.there.subscribe('a', (message) => heard.push(message), nothing);
    for (const message of ['{', 'null', '{"x":"1"}']) ends.here.publish('a', message);
    await until(() => heard.length === 4);
    expect(heard).toEqual(['{', 'null', '1', '{"x":"1"}']);
  });

  test('a subscription that is stopped and started again at once gets messages', async () => {
    const heard: string[] = [];
    const stop = await ends.there.subscribe('a', nothing, nothing);
    stop();
    await ends.there.subscribe('a', (message) => heard.push(message), nothing);
    ends.here.publish('a', '1');
    await until(() => heard.length === 1);
  });
}
