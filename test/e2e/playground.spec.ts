import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page, type PageOptions, startBrowser } from '../chromium.js';
import { ClusterApi, type Json } from '../cluster-api.js';
import { faintTexts } from '../contrast.js';
import { type MadeCluster, type Service, startService, until } from '../service.js';

/** Without a Chromium there is nothing to drive: CHROMIUM names one elsewhere. */
const inChromium = chromium ? describe : describe.skip;

inChromium(`the playground in Chromium${chromium ? '' : ': skipped, there is none'}`, () => {
  let service: Service;
  let browser: Browser;
  /** Each test has a cluster of its own: the browser keeps tabs and history for each. */
  let cluster: MadeCluster;
  let api: ClusterApi;
  let made = 0;
  const pages: Page[] = [];

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), startBrowser()]);
  });
  beforeEach(async () => {
    made += 1;
    cluster = await service.createCluster({ name: `shown-${made}`, profile: 'instant' });
    api = new ClusterApi(service, cluster);
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
    api.close();
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  async function page(options?: PageOptions): Promise<Page> {
    const shown = await browser.page(options);
    pages.push(shown);
    return shown;
  }

  /** The first screen of the cluster. */
  async function opened(options?: PageOptions, fragment = `token=${cluster.token}`): Promise<Page> {
    const shown = await page(options);
    await shown.open(`${service.origin}/graphql#${fragment}`);
    await shown.until('document.querySelectorAll(".CodeMirror").length === 4');
    return shown;
  }

  /** Its editor. */
  async function editor(options?: PageOptions): Promise<Page> {
    const shown = await opened(options);
    await shown.click('.welcome button', 'Open the editor');
    return shown;
  }

  /** Writes into an editor: the query is the first, variables the second. */
  const write = (shown: Page, text: string, at = 0) =>
    shown.value(`document.querySelectorAll(".CodeMirror")[${at}].CodeMirror.setValue(${JSON.stringify(text)})`);
  const answered = (shown: Page, text: string) =>
    shown.until(`document.querySelector(".response").innerText.includes(${JSON.stringify(text)})`);
  const textOf = (shown: Page, selector: string) =>
    shown.value<string>(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? ""`);
  const named = async (resource: string) => {
    const { items } = await api.must('GET', resource);
    return items.map(({ metadata }: Json) => metadata.name).filter((name: string) => name.startsWith('tour-'));
  };
  const leftovers = async () =>
    (
      await Promise.all(
        [
          '/apis/apps/v1/deployments',
          '/apis/batch/v1/cronjobs',
          '/apis/batch/v1/jobs',
          '/api/v1/namespaces/default/configmaps',
          '/api/v1/pods',
        ].map(named),
      )
    ).flat();

  test('a link with a token opens the cluster; the token leaves the address, and a query is answered', async () => {
    const shown = await editor();
    expect(await shown.value('location.hash')).toBe('');
    await shown.click('button.run');
    await answered(shown, 'coredns');
    expect(await textOf(shown, '.status-bar')).toMatch(/shown|v1\.36\.\d+\s+rev \d+\s+\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ\s+real/);
    expect(shown.troubles).toEqual([]);
    expect(shown.requests.filter((url) => !url.startsWith(service.origin) && !url.startsWith('data:'))).toEqual([]);
  });

  test.each([
    'Your first query',
    'From a pod outwards',
    'Change and watch',
    'One request, everything that follows',
    'Turn the clock',
    'Travel in time',
  ])('the tour “%s”, from its first step to its end', async (title) => {
    const shown = await opened();
    await shown.click('.tour-card', title);
    await shown.until('Boolean(document.querySelector(".tour h2"))');
    const steps = await shown.value<number>('document.querySelectorAll(".tour-steps li").length');
    const actions = () => shown.value<string[]>('[...document.querySelectorAll(".tour-actions button")].map((b) => b.innerText)');
    for (let step = 1; step <= steps; step += 1) {
      await shown.until(`document.querySelectorAll(".tour-steps li")[${step - 1}].className === "now"`);
      if ((await actions()).includes('Run')) {
        // The editor holds the query of the step when its tab is shown.
        await shown.until('document.querySelector(".CodeMirror").CodeMirror.getValue().length > 0');
        await shown.click('.tour-actions button', 'Run');
      }
      await shown.until('[...document.querySelectorAll(".tour-actions button")].every((b) => b.innerText !== "Run" && !b.disabled)');
      expect(await textOf(shown, '.facts .failed')).toBe('');
      if (step < steps) await shown.click('.tour-actions button', 'Next');
    }
    await shown.click('.tour-actions button', 'Finish');
    await shown.until('Boolean(document.querySelector(".welcome"))');
    expect(await shown.value('document.activeElement.tagName')).toBe('H1');
    expect(await textOf(shown, '.welcome .trouble')).toBe('');
    expect(await until(async () => (await leftovers()).length === 0)).toBe(true);
    const clock = await service.request(`/platform/v1/clusters/${cluster.id}/clock`, { token: service.adminToken });
    expect(JSON.parse(clock.text)).toMatchObject({ mode: 'real' });
    expect(shown.troubles).toEqual([]);
  });

  test('a tour whose page is closed is put back, at once or when the cluster is opened again', async () => {
    const shown = await opened();
    await shown.click('.tour-card', 'Turn the clock');
    await shown.click('.tour-actions button', 'Run');
    await shown.until('document.querySelector(".status-bar").innerText.includes("stepped")');
    await shown.open('about:blank');
    const mode = async () =>
      JSON.parse((await service.request(`/platform/v1/clusters/${cluster.id}/clock`, { token: service.adminToken })).text).mode;
    expect(await until(async () => (await mode()) === 'real')).toBe(true);
    const again = await opened();
    await again.until('document.body.innerText.includes("was left open: what it changed is put back")');
    // Its tabs are gone with it: what they do would not be put back.
    await again.until('document.querySelector(".operation-tabs").innerText.trim() === "Workloads"');
  });

  test('subscriptions go on while other tabs are used; the newest event is first, and they can be paused', async () => {
    const shown = await editor();
    await write(shown, 'subscription Maps { configMaps(namespace: "default", initial: false) { type object { metadata { name } } } }');
    await shown.click('button.run');
    await answered(shown, 'running');
    await shown.click('[aria-label="New tab"]');
    const make = (name: string) => api.must('POST', '/api/v1/namespaces/default/configmaps', { metadata: { name } });
    // The subscription has begun when it shows something.
    for (let i = 0; !(await textOf(shown, '.streams')).includes('begun'); i += 1) await make(`begun-${i}`);
    await make('first');
    await make('second');
    await shown.until('document.querySelector(".streams").innerText.includes("ADDED · second")');
    await shown.click('.stream .show');
    await answered(shown, 'second');
    expect(await textOf(shown, '.event')).toContain('second');
    await shown.click('.events button', 'Pause');
    await make('third');
    await answered(shown, '1 more since');
    expect(await textOf(shown, '.event')).toContain('second');
    await shown.click('.events button', 'Show on');
    await answered(shown, 'third');
    await shown.click('button.run', 'Stop');
    await answered(shown, 'stopped');
  });

  test('what an editor still holds while another tab opens stays out of that tab', async () => {
    const shown = await editor();
    await write(shown, 'query Mine { namespaces { items { metadata { name } } } }');
    await shown.click('[aria-label="New tab"]');
    await shown.until('document.querySelector(".CodeMirror").CodeMirror.getValue() === ""');
    // GraphiQL says that an editor has changed whenever the schema has, which may be at this moment.
    await shown.value(`(() => { const editor = document.querySelector(".CodeMirror").CodeMirror;
      document.querySelector(".operation-tabs [role=tab]").click();
      editor.constructor.signal(editor, "change", editor); })()`);
    await shown.until('document.querySelector(".CodeMirror").CodeMirror.getValue().includes("Mine")');
    expect(await textOf(shown, '.operation-tabs')).toContain('Mine');
  });

  test('tabs and variables are kept for each cluster; tokens are not kept in the browser', async () => {
    const shown = await editor();
    await write(shown, 'query Mine($name: String!) { namespace(name: $name) { metadata { name } } }');
    await write(shown, '{"name": "kube-public"}', 1);
    await shown.click('button.run');
    await answered(shown, 'kube-public');
    const other = await service.createCluster({ name: 'other', profile: 'instant' });
    await shown.open(`${service.origin}/graphql#token=${other.token}`);
    await shown.until('document.querySelector(".status-bar")?.innerText.includes("other")');
    await shown.click('.welcome button', 'Open the editor');
    await shown.until('document.querySelector(".operation-tabs").innerText.includes("Workloads")');
    expect(await textOf(shown, '.operation-tabs')).not.toContain('Mine');
    await shown.value(`(() => { const s = document.querySelector(".status-bar select");
      Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(s, ${JSON.stringify(cluster.id)});
      s.dispatchEvent(new Event("change", { bubbles: true })); })()`);
    await shown.until('document.querySelector(".operation-tabs")?.innerText.includes("Mine")');
    await shown.until('document.querySelectorAll(".CodeMirror")[1]?.CodeMirror.getValue() === "{\\"name\\": \\"kube-public\\"}"');
    expect(await shown.value('JSON.stringify(localStorage)')).not.toContain(cluster.token);
  });

  test('headers that cannot be sent are told: they neither end the session nor are they left out', async () => {
    const shown = await editor();
    await write(shown, '{ cluster { name } }');
    await write(shown, '{"Authorization": "Bearer x"}', 2);
    await shown.click('button.run');
    await answered(shown, 'sign in with another token');
    await write(shown, 'subscription { nodes { type } }');
    await write(shown, '{"x-mine": "x"}', 2);
    await shown.click('button.run');
    await answered(shown, 'takes no headers');
  });

  test('a browser that keeps nothing more runs what is typed, and says that it is not kept', async () => {
    const shown = await editor();
    await shown.value(`(() => { for (let size = 1 << 20; size >= 1; size >>= 4) {
      try { for (let i = 0; ; i += 1) localStorage.setItem(\`full-\${size}-\${i}\`, 'x'.repeat(size)); } catch {} } })()`);
    await write(shown, `# ${'x'.repeat(2000)}\n{ namespace(name: "kube-public") { metadata { name } } }`);
    await shown.click('button.run');
    await answered(shown, 'kube-public');
    await shown.until('document.querySelector(".notice")?.innerText.includes("keeps nothing more")');
    await shown.value('localStorage.clear()');
  });

  test('an operation is shared as a link that has no token and opens in whatever cluster its reader has', async () => {
    const shown = await editor();
    await shown.send('Browser.setPermission', { permission: { name: 'clipboard-write' }, setting: 'denied' });
    await write(shown, 'query Shared($n: Int) { nodes(limit: $n) { items { kind } } }');
    await write(shown, '{"n": 1}', 1);
    await shown.click('[aria-label="Share as a link"]');
    await shown.until('document.querySelector(".notice")?.innerText.includes("#query=")');
    const link = /https:\S+/.exec(await textOf(shown, '.notice'))?.[0] ?? '';
    expect(link).not.toContain(cluster.token);
    await shown.open('about:blank');
    await shown.open(link);
    await shown.until('document.querySelector(".tab.selected")?.innerText.includes("Shared")');
    await shown.click('button.run');
    await answered(shown, '"Node"');
  });

  test('signing in with a kubeconfig, what is told of those that cannot be used, and signing out', async () => {
    const shown = await page();
    await shown.open(`${service.origin}/graphql`);
    const paste = async (text: string) => {
      await shown.until('document.activeElement?.id === "credentials" || Boolean(document.querySelector("#credentials"))');
      await shown.value('(() => { const field = document.querySelector("#credentials"); field.focus(); field.select(); })()');
      await shown.type(text);
      await shown.click('.sign-in button', 'Open the cluster');
    };
    const told = (text: string) => shown.until(`document.querySelector(".sign-in .trouble").innerText.includes(${JSON.stringify(text)})`);
    const kubeconfig = readFileSync(cluster.kubeconfig, 'utf8');
    await paste('nonsense-that-is-no-token');
    await told('This token opens no cluster here.');
    await paste('a: b');
    await told('no kubeconfig');
    await paste(kubeconfig.replace(/token: .*/, 'client-certificate-data: eA=='));
    await told('which a page cannot present by itself');
    await paste(kubeconfig.replace(service.origin, 'https://elsewhere.example'));
    await told('open https://elsewhere.example/graphql');
    await paste(kubeconfig);
    await shown.until('document.querySelector(".status-bar")?.innerText.includes("shown")');
    await shown.click('[aria-label="Sign out"]');
    await shown.until('Boolean(document.querySelector(".sign-in"))');
    expect(await shown.value('sessionStorage.length === 0 || !JSON.stringify(sessionStorage).includes("token\\":")')).toBe(true);
    await paste(service.adminToken);
    await shown.click('.choices button', cluster.id);
    await shown.until('document.querySelector(".status-bar")?.innerText.includes("shown")');
  });

  test('a token without rights opens its cluster, which the address names; a tour says what is refused', async () => {
    const { status } = await api.must('POST', '/api/v1/namespaces/default/serviceaccounts/default/token', { spec: {} });
    const shown = await page();
    await shown.open(`${service.origin}/graphql?cluster=${cluster.id}#token=${status.token}`);
    await shown.click('.tour-card', 'Turn the clock');
    await shown.until('document.querySelector(".welcome .trouble")?.innerText.includes("This tour cannot be taken here")');
    await shown.click('.tour-card', 'Your first query');
    await shown.until('document.querySelector(".CodeMirror").CodeMirror.getValue().includes("query Nodes")');
    await shown.click('.tour-actions button', 'Run');
    await shown.until('document.querySelector(".tour .trouble")?.innerText.includes("nodes is forbidden")');
    expect(await textOf(shown, '.status-bar')).not.toContain('not connected');
  });

  test('the token is replaced while the page is open', async () => {
    const shown = await editor();
    const { status } = await service.request(`/platform/v1/clusters/${cluster.id}/tokens`, { method: 'DELETE', token: service.adminToken });
    if (status >= 300) await service.request(`/platform/v1/clusters/${cluster.id}`, { method: 'DELETE', token: service.adminToken });
    await shown.until('document.querySelector(".sign-in .trouble")?.innerText.includes("is void")');
  });

  test('on a screen of 420 pixels nothing stands beside it', async () => {
    const shown = await opened({ width: 420, height: 860 });
    const fits =
      'document.documentElement.scrollWidth <= 420 && [...document.querySelectorAll("button, select")].every((e) => e.getBoundingClientRect().right <= 420)';
    expect(await shown.value(fits)).toBe(true);
    await shown.click('.tour-card', 'Your first query');
    await shown.click('.tour-actions button', 'Run');
    await answered(shown, 'worker-1');
    expect(await shown.value(fits)).toBe(true);
  });

  test('everything has a name and can be reached with the keyboard, which no editor keeps', async () => {
    const shown = await editor();
    const nameless = `[...document.querySelectorAll("button, select, textarea, input, [role=tab], [role=separator]")].filter((e) =>
      e.getClientRects().length > 0 && !(e.innerText?.trim() || e.ariaLabel || e.labels?.length || e.title)).map((e) => e.outerHTML.slice(0, 200))`;
    expect(await shown.value(nameless)).toEqual([]);
    expect(await shown.value('document.activeElement.innerText')).toBe('Run');
    await shown.value('document.querySelector(".CodeMirror").CodeMirror.focus()');
    await shown.press('Tab');
    expect(await shown.value('document.activeElement.closest(".query")')).toBe(null);
    const seen = new Set<string>();
    await shown.value('document.querySelector(".brand").focus()');
    for (let i = 0; i < 60 && !seen.has('Answer, JSON'); i += 1) {
      await shown.press('Tab');
      seen.add(await shown.value('document.activeElement.ariaLabel ?? document.activeElement.innerText'));
    }
    expect([...seen]).toEqual(
      expect.arrayContaining(['Sign out', 'Keys', 'Tours', 'Run', 'New tab', 'Query', 'Width of the query', 'Answer, JSON']),
    );
    await shown.click('[aria-label="Keys"]');
    expect(await shown.value('document.querySelector("dialog").open')).toBe(true);
    await shown.press('Escape');
    expect(await shown.value('document.querySelector("dialog").open')).toBe(false);
    await shown.value('document.querySelector(".CodeMirror").CodeMirror.focus()');
    await shown.press('Enter', { control: true });
    await answered(shown, 'coredns');
  });

  test('each panel opens, with what was run before in the history', async () => {
    const shown = await editor();
    await shown.until('!document.querySelector("[aria-label^=\\"The schema is loaded\\"]")');
    await shown.click('button.run');
    await answered(shown, 'coredns');
    for (const [panel, text] of [
      ['Documentation', 'All Schema Types'],
      ['History', 'Workloads'],
      ['Query builder', 'deployments'],
      ['Tours', 'Travel in time'],
    ]) {
      await shown.click('.sidebar button', panel);
      await shown.until(`document.querySelector(".panel")?.innerText.includes(${JSON.stringify(text)})`);
    }
    expect(shown.troubles).toEqual([]);
  });

  test('a part of the page that fails is told; the others stay', async () => {
    const shown = await editor();
    await shown.value(`localStorage.setItem("orrery:${cluster.id}:graphiql:queries", '{"queries": [{"query": 7}]}')`);
    await shown.open('about:blank');
    const again = await opened();
    await again.click('.sidebar button', 'History');
    await again.until('document.querySelector(".panel .failure")?.innerText.includes("The panel History cannot be shown")');
    await again.click('button.run');
    await answered(again, 'coredns');
  });

  test.each([false, true])('texts have a contrast of 4.5 at least; dark: %s', async (dark) => {
    const shown = await editor({ dark });
    await shown.until('!document.querySelector("[aria-label^=\\"The schema is loaded\\"]")');
    await shown.click('button.run');
    await answered(shown, 'coredns');
    for (const panel of ['Documentation', 'History', 'Query builder', 'Tours']) {
      await shown.click('.sidebar button', panel);
      await shown.until(`document.querySelector(".panel")?.ariaLabel.startsWith(${JSON.stringify(panel)})`);
      expect(await shown.value(faintTexts)).toEqual([]);
    }
  });

  test('colours follow the system, until they are chosen', async () => {
    const lightness = (shown: Page) =>
      shown.value<number>('(/[\\d.]+/.exec(getComputedStyle(document.querySelector(".playground")).backgroundColor) ?? [0])[0] * 1');
    const shown = await editor({ dark: true });
    expect(await lightness(shown)).toBeLessThan(60);
    await shown.value(`(() => { const s = document.querySelector(".theme select");
      Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(s, "light");
      s.dispatchEvent(new Event("change", { bubbles: true })); })()`);
    await shown.until('document.body.className.includes("graphiql-light")');
    expect(await lightness(shown)).toBeGreaterThan(200);
    await shown.value('localStorage.removeItem("orrery:theme")');
  });
});
