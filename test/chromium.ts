import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

/** Where a Chromium is; undefined if there is none. CHROMIUM names another one. */
export const chromium: string | undefined = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => file && existsSync(file));

type Params = Record<string, unknown>;
// biome-ignore lint/suspicious/noExplicitAny: the protocol's answers, each with its own shape
type Reply = any;

/** How a page is opened. */
export interface PageOptions {
  width?: number;
  height?: number;
  dark?: boolean;
}

/** A page of a browser, driven by the DevTools protocol. */
export interface Page {
  /** Errors and refusals that the page has told so far: exceptions, console.error, the content security policy. */
  readonly troubles: readonly string[];
  /** Every request: its URL. */
  readonly requests: readonly string[];
  open(url: string): Promise<void>;
  /** The value of an expression in the page; promises are awaited. */
  value<T>(expression: string): Promise<T>;
  /** Resolves as soon as the expression is true; rejects with what the page shows if it is not in time. */
  until(expression: string, within?: number): Promise<void>;
  /** Clicks the first visible element of this selector whose text or label has `text`. */
  click(selector: string, text?: string): Promise<void>;
  type(text: string): Promise<void>;
  /** Presses a key: Enter, Tab, a; with Control. */
  press(key: string, options?: { control?: boolean; shift?: boolean }): Promise<void>;
  screenshot(file: string): Promise<void>;
  send(method: string, params?: Params): Promise<Reply>;
  close(): Promise<void>;
}

/** A browser with a profile of its own. */
export interface Browser {
  page(options?: PageOptions): Promise<Page>;
  close(): Promise<void>;
}

/** The DevTools protocol over one socket. */
class Connection {
  private next = 0;
  private readonly waiting = new Map<number, { resolve(value: Reply): void; reject(error: Error): void }>();
  private readonly listeners = new Set<(message: Reply) => void>();

  private readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      const waiting = this.waiting.get(message.id);
      this.waiting.delete(message.id);
      if (!waiting) for (const listener of this.listeners) listener(message);
      else if (message.error) waiting.reject(new Error(message.error.message));
      else waiting.resolve(message.result);
    });
  }

  on(listener: (message: Reply) => void): void {
    this.listeners.add(listener);
  }

  send(method: string, params: Params = {}, sessionId?: string): Promise<Reply> {
    this.next += 1;
    const id = this.next;
    this.socket.send(JSON.stringify({ id, method, params, sessionId }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
}

const keys: Readonly<Record<string, { code: string; keyCode: number; text?: string }>> = {
  Enter: { code: 'Enter', keyCode: 13, text: '\r' },
  Tab: { code: 'Tab', keyCode: 9 },
  Escape: { code: 'Escape', keyCode: 27 },
  ArrowRight: { code: 'ArrowRight', keyCode: 39 },
  ArrowLeft: { code: 'ArrowLeft', keyCode: 37 },
};

/** What the page tells of what went wrong. */
function troubleOf({ method, params }: Reply): string | undefined {
  if (method === 'Runtime.exceptionThrown') return params.exceptionDetails.exception?.description ?? params.exceptionDetails.text;
  if (method === 'Runtime.consoleAPICalled' && params.type === 'error')
    return params.args.map((a: Reply) => a.value ?? a.description).join(' ');
  if (method === 'Log.entryAdded' && params.entry.level === 'error') return `${params.entry.text} ${params.entry.url ?? ''}`;
  return undefined;
}

async function openPage(connection: Connection, { width = 1400, height = 900, dark = false }: PageOptions): Promise<Page> {
  const { targetId } = await connection.send('Target.createTarget', { url: 'about:blank' });
  const { sessionId } = await connection.send('Target.attachToTarget', { targetId, flatten: true });
  const send = (method: string, params?: Params) => connection.send(method, params, sessionId);
  const troubles: string[] = [];
  const requests: string[] = [];
  connection.on((message) => {
    if (message.sessionId !== sessionId) return;
    const trouble = troubleOf(message);
    if (trouble !== undefined) troubles.push(trouble);
    if (message.method === 'Network.requestWillBeSent') requests.push(message.params.request.url);
  });
  for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`);
  await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: false });
  await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] });
  const value = async (expression: string) => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  };
  const until = async (expression: string, within = 30_000) => {
    for (const end = performance.now() + within; performance.now() < end; await sleep(50)) {
      if (await value(expression).catch(() => false)) return;
    }
    throw new Error(`not true in time: ${expression}\n${await value('document.body.innerText')}\n${troubles.join('\n')}`);
  };
  const mouse = (type: string, x: number, y: number) => send('Input.dispatchMouseEvent', { type, x, y, button: 'left', clickCount: 1 });
  return {
    troubles,
    requests,
    send,
    value,
    until,
    async open(url) {
      await send('Page.navigate', { url });
      await until('document.readyState !== "loading"');
    },
    async click(selector, text = '') {
      const find = `[...document.querySelectorAll(${JSON.stringify(selector)})].find((e) => e.getClientRects().length > 0 &&
        ((e.innerText ?? '') + ' ' + (e.ariaLabel ?? '')).includes(${JSON.stringify(text)}))`;
      await until(`Boolean(${find})`);
      const { x, y } = await value(`(() => { const e = ${find}; e.scrollIntoView({ block: 'nearest' });
        const r = e.getBoundingClientRect(); return { x: r.x + r.width / 2, y: r.y + r.height / 2 }; })()`);
      await mouse('mousePressed', x, y);
      await mouse('mouseReleased', x, y);
    },
    type: async (text) => void (await send('Input.insertText', { text })),
    async press(key, { control = false, shift = false } = {}) {
      const { code, keyCode, text } = keys[key] ?? { code: `Key${key.toUpperCase()}`, keyCode: key.toUpperCase().charCodeAt(0), text: key };
      const event = { key, code, windowsVirtualKeyCode: keyCode, modifiers: (control ? 2 : 0) + (shift ? 8 : 0) };
      await send('Input.dispatchKeyEvent', { type: 'keyDown', ...event, ...(text && !control && { text }) });
      await send('Input.dispatchKeyEvent', { type: 'keyUp', ...event });
    },
    async screenshot(file) {
      const { data } = await send('Page.captureScreenshot', { format: 'png' });
      writeFileSync(file, Buffer.from(data, 'base64'));
    },
    close: async () => void (await connection.send('Target.closeTarget', { targetId })),
  };
}

/** The address of the browser's DevTools, which it writes into its profile. */
async function addressOf(profile: string, browser: ChildProcess): Promise<string> {
  const file = path.join(profile, 'DevToolsActivePort');
  for (let i = 0; i < 600 && browser.exitCode === null; i += 1, await sleep(50)) {
    const [port, at] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (port && at) return `ws://127.0.0.1:${port}${at}`;
  }
  throw new Error('Chromium did not start');
}

/** Starts a Chromium without a window, which accepts the certificates of this installation. */
export async function startBrowser(): Promise<Browser> {
  if (!chromium) throw new Error('there is no Chromium');
  const profile = mkdtempSync(path.join(tmpdir(), 'orrery-chromium-'));
  const root = process.getuid?.() === 0;
  const flags = [
    '--headless=new',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
    '--ignore-certificate-errors',
    '--disable-gpu',
  ];
  const browser = spawn(
    chromium,
    [...flags, '--no-first-run', '--disable-dev-shm-usage', ...(root ? ['--no-sandbox'] : []), 'about:blank'],
    {
      stdio: 'ignore',
      detached: true,
    },
  );
  const socket = new WebSocket(await addressOf(profile, browser), { perMessageDeflate: false });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const connection = new Connection(socket);
  return {
    page: (options = {}) => openPage(connection, options),
    async close() {
      const ended = new Promise((resolve) => browser.once('exit', resolve));
      await connection.send('Browser.close').catch(() => undefined);
      await ended;
      socket.terminate();
      // Its processes write into the profile until the last one has ended.
      for (let i = 0; i < 20 && spawnSync('pgrep', ['-f', profile]).status === 0; i += 1) await sleep(100);
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
