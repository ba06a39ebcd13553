import { type Browser, chromium, type Page, startBrowser } from '../chromium.js';
import { type MadeCluster, type Service, startService } from '../service.js';

/** Without a Chromium there is nothing to drive: CHROMIUM names one elsewhere. */
const inChromium = chromium ? describe : describe.skip;

const texts = (selector: string) => `[...document.querySelectorAll(${JSON.stringify(selector)})].map((e) => e.textContent)`;

inChromium(`pictures of results in Chromium${chromium ? '' : ': skipped, there is none'}`, () => {
  let service: Service;
  let browser: Browser;
  let cluster: MadeCluster;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), startBrowser()]);
    cluster = await service.createCluster({ name: 'drawn', profile: 'instant' });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  /** The page with an operation in its editor, as a link to it opens it. */
  async function opened(query: string, options = {}): Promise<Page> {
    const page = await browser.page(options);
    await page.open(`${service.origin}/graphql#${new URLSearchParams({ token: cluster.token, query })}`);
    await page.until(`document.querySelector('.CodeMirror')?.CodeMirror.getValue() === ${JSON.stringify(query)}`);
    // The tab of the operation is shown as soon as the page has nothing more to do.
    await page.value('new Promise((resolve) => requestIdleCallback(() => requestIdleCallback(() => resolve())))');
    return page;
  }

  async function ask(query: string): Promise<void> {
    const body = JSON.stringify({ query });
    const answer = await service.request('/graphql', {
      method: 'POST',
      token: cluster.token,
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(JSON.parse(answer.text)).not.toHaveProperty('errors');
  }

  test('relations are a graph of objects; a choice marks it in the JSON, the keys lead from one to the other', async () => {
    const page = await opened(
      '{ deployments { items { metadata { name namespace } status { readyReplicas replicas } replicaSets { metadata { name } } } } }',
    );
    await page.click('button.run');
    await page.click('[role=tab]', 'Picture');
    await page.until('document.querySelectorAll(".picture-box").length >= 2');
    expect(await page.value(texts('.picture-name'))).toContain('coredns');
    expect(await page.value(texts('.picture-relation'))).toContain('replicaSets');
    await page.click('.picture-box', 'coredns');
    await page.until('document.querySelectorAll(".json .marked").length > 0');
    const marked = `document.querySelector('.json .CodeMirror').CodeMirror.getDoc().children.flatMap(({ lines, children }) => lines ?? children.flatMap((leaf) => leaf.lines))
      .filter(({ bgClass }) => bgClass === 'marked').map(({ text }) => text.trim())`;
    expect((await page.value<string[]>(marked))[0]).toBe('{');
    expect((await page.value<string[]>(marked)).join(' ')).toContain('"metadata": { "name": "coredns", "namespace": "kube-system" }');
    expect(await page.value(texts('.place code'))).toEqual(['data.deployments.items[0]']);
    await page.click('.picture-tools button', 'YAML');
    expect(await page.value('document.querySelector(".picture-details").innerText')).toContain('namespace: kube-system');
    // Back to the object, and on to what it leads to.
    await page.press('Escape');
    await page.press('ArrowRight');
    expect(await page.value('document.activeElement.ariaLabel')).toMatch(/^ReplicaSet kube-system\/coredns-/);
    await page.click('.picture-tools button', 'text');
    expect(await page.value('document.querySelector(".picture-outline").innerText')).toMatch(
      /Deployment kube-system\/coredns: .*\n {2}replicaSets: ReplicaSet/,
    );
    expect(page.troubles).toEqual([]);
    await page.close();
  });

  test('whether there is more than is in view is said as it is: of what fits, is made larger, and is dragged away', async () => {
    const page = await opened('{ deployments { items { metadata { name } pods { metadata { name } node { metadata { name } } } } } }', {
      width: 1280,
      height: 800,
    });
    await page.click('button.run');
    await page.click('[role=tab]', 'Picture');
    await page.until('document.querySelectorAll(".picture-box").length >= 3');
    // Smaller than it is made at first, so that all of it is in view.
    await page.until(`/scale\\(0\\./.test(document.querySelector(".picture-view > g").getAttribute("transform"))`);
    const more = '(document.querySelector(".picture-where").innerText.includes("There is more than is in view"))';
    expect(await page.value(more)).toBe(false);
    for (let i = 0; i < 4; i += 1) await page.click('.picture-tools button', 'Larger');
    expect(await page.value(more)).toBe(true);
    await page.click('.picture-tools button', 'All');
    expect(await page.value(more)).toBe(false);
    await page.value('document.querySelector(".picture-view").dispatchEvent(new WheelEvent("wheel", { deltaX: 400, cancelable: true }))');
    expect(await page.value(more)).toBe(true);
    await page.close();
  });

  test('the steps of an eventChain appear as they come', async () => {
    const page = await opened(
      'subscription { eventChain(kind: "deployment", name: "drawn") { revision wokenBy component user summary sinceStartMs object { kind metadata { name } } } }',
      { width: 420, height: 900, dark: true },
    );
    await page.click('button.run');
    await page.until('document.querySelector(".response").innerText.includes("Nothing has happened yet")');
    await ask(
      'mutation { create(manifest: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: drawn}, spec: {replicas: 1, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: nginx}]}}}}") { operation } }',
    );
    await page.click('[role=tab]', 'Picture');
    await page.until(`${texts('.picture-text')}.some((text) => text.includes('Running'))`);
    expect(await page.value(texts('.picture-lane-name'))).toEqual(
      expect.arrayContaining(['deployment-controller', 'kube-scheduler', 'kubelet']),
    );
    const [steps] = await page.value<string[]>(texts('.picture-summary'));
    expect(steps).toMatch(/^\d+ steps by \d+ components$/);
    expect(page.troubles).toEqual([]);
    await page.close();
  });

  test('why an object is as it is, and its history, are steps; a step is marked in the JSON', async () => {
    await ask(
      'mutation { create(manifest: "{apiVersion: v1, kind: Pod, metadata: {name: asked}, spec: {containers: [{name: c, image: nginx}]}}") { operation } }',
    );
    const page = await opened(
      '{ pod(name: "asked") { why(field: "spec.nodeName") { line } history { revision user summary at changes { path from to } } } }',
    );
    await page.click('button.run');
    await page.click('[role=tab]', 'Picture');
    await page.until('document.querySelectorAll(".picture-row").length > 0');
    expect(await page.value(texts('.picture-tools option'))).toEqual(['Why pod', 'History of pod']);
    expect(await page.value(texts('.picture-text'))).toEqual([
      expect.stringContaining('created Pod asked'),
      expect.stringMatching(/^kube-schedulerPod asked bound to node/),
    ]);
    expect((await page.value<string[]>(texts('.picture-changed'))).join()).toContain('.spec.nodeName = "');
    await page.value('document.querySelectorAll(".picture-row")[1].dispatchEvent(new MouseEvent("click", { bubbles: true }))');
    await page.until('document.querySelector(".json .marked") !== null');
    expect(await page.value(texts('.place code'))).toEqual(['data.pod.why[1]']);
    await page.value(
      `(() => { const chains = document.querySelector('.picture-tools select'); chains.selectedIndex = 1; chains.dispatchEvent(new Event('change')); })()`,
    );
    expect((await page.value<string[]>(texts('.picture-changed'))).join()).toContain('.status.phase: "Pending" → "Running"');
    expect(page.troubles).toEqual([]);
    await page.close();
  });

  test('objects without names are drawn, and what to ask for is said', async () => {
    const page = await opened('{ deployments { items { kind replicaSets { kind } } } }');
    await page.click('button.run');
    await page.click('[role=tab]', 'Picture');
    await page.until('document.querySelectorAll(".picture-box").length >= 2');
    expect(await page.value(texts('.picture-name'))).toEqual(expect.arrayContaining(['Deployment 1', 'ReplicaSet 1']));
    expect((await page.value<string[]>(texts('.picture-summary')))[0]).toContain('Select metadata { name } of Deployments, ReplicaSets');
    expect(page.troubles).toEqual([]);
    await page.close();
  });

  test('what objects say is text in the picture, whatever it is', async () => {
    const evil = '<img src=x onerror=document.title=1>';
    await ask(
      `mutation { create(manifest: "{apiVersion: v1, kind: ConfigMap, metadata: {name: evil, annotations: {a: '${evil}'}}, data: {a: '${evil}'}}") { operation } }`,
    );
    const page = await opened('{ namespace(name: "default") { metadata { name } configMaps { metadata { name annotations } data } } }');
    await page.click('button.run');
    await page.click('[role=tab]', 'Picture');
    await page.click('.picture-tools button', 'YAML');
    await page.click('.picture-box', 'evil');
    expect(await page.value('document.querySelector(".picture-details pre").textContent')).toContain(evil);
    expect(await page.value('document.querySelectorAll(".result-picture img").length')).toBe(0);
    expect(page.troubles).toEqual([]);
    await page.close();
  });
});
