// Opening the playground in Chromium, where there is one.
import { stats } from './client.mjs';

const rounds = 5;

/** Tells, in the page, the milliseconds from the navigation until its editors are there. */
const timer = `new MutationObserver((_, observer) => {
  if (document.querySelectorAll('.CodeMirror').length < 4) return;
  window.editorsAfter = performance.now();
  observer.disconnect();
}).observe(document, { childList: true, subtree: true })`;

async function openOnce(browser, address) {
  const page = await browser.page();
  await page.send('Network.clearBrowserCache');
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: timer });
  await page.open(address);
  await page.until('window.editorsAfter !== undefined');
  const ms = await page.value('window.editorsAfter');
  const entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]";
  const kib = await page.value(`${entries}.reduce((sum, { transferSize }) => sum + transferSize, 0) / 1024`);
  const requests = page.requests.length;
  await page.close();
  return { ms, kib, requests };
}

/** Milliseconds from a cold cache until the editors are there; `skipped` tells why there are none. */
export async function measurePlayground(service) {
  const { chromium, startBrowser } = await import('../chromium.ts').catch(() => ({}));
  if (!startBrowser) return { skipped: 'not measured: this Node runs no TypeScript' };
  if (!chromium) return { skipped: 'not measured: there is no Chromium' };
  const { token } = await service.createCluster({ name: 'opened', profile: 'instant' });
  const browser = await startBrowser();
  try {
    const address = `${service.origin}/graphql#token=${token}`;
    await openOnce(browser, address);
    const opened = [];
    for (let i = 0; i < rounds; i += 1) opened.push(await openOnce(browser, address));
    const { kib, requests } = opened.at(-1);
    return { ready: stats(opened.map(({ ms }) => ms)), requests, kib: Math.round(kib) };
  } finally {
    await browser.close();
  }
}
