import { type Browser, chromium, type Page, startBrowser } from '../chromium.js';
import { type MadeCluster, type Service, startService } from '../service.js';

/** Without a Chromium there is nothing to drive: CHROMIUM names one elsewhere. */
const inChromium = chromium ? describe : describe.skip;

inChromium(`the playground in Chromium${chromium ? '' : ': skipped, there is none'}`, () => {
  let service: Service;
  let browser: Browser;
  let cluster: MadeCluster;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startService(), startBrowser()]);
    cluster = await service.createCluster({ name: 'shown', profile: 'instant' });
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  /** The page of the cluster, with its editors. */
  async function opened(fragment = `token=${cluster.token}`): Promise<Page> {
    const page = await browser.page();
    await page.open(`${service.origin}/graphql#${fragment}`);
    await page.until('document.querySelectorAll(".CodeMirror").length === 4');
    if (await page.value('Boolean(document.querySelector(".welcome"))')) await page.click('.welcome button', 'Open the editor');
    return page;
  }

  test('a link with a token opens the cluster; the token leaves the address, and a query is answered', async () => {
    const page = await opened();
    expect(await page.value('location.hash')).toBe('');
    await page.click('button.run');
    await page.until('document.querySelector(".response").innerText.includes("coredns")');
    expect(await page.value('document.querySelector(".status-bar").innerText')).toContain('shown');
    expect(page.troubles).toEqual([]);
    const elsewhere = page.requests.filter((url) => !url.startsWith(service.origin) && !url.startsWith('data:'));
    expect(elsewhere).toEqual([]);
    await page.close();
  });
});
