import { STATUS_CODES } from '../http/status-codes.js';
import type { HttpAnswer } from '../images/program.js';
import type { Wait } from '../shell/kernel.js';
import {
  asked,
  type Command,
  CommandError,
  type ConnectError,
  type HttpCall,
  type Process,
  pathIn,
  print,
  readFile,
} from '../shell/process.js';
import { writeTo } from '../shell/streams.js';
import { optionsOf } from './options.js';

/** Commands that use the network: names through the cluster's DNS, HTTP and TCP to pods and Services. */

const DNS_SERVER = '10.96.0.10';
/** How long nslookup waits for an answer, in milliseconds. */
const LOOKUP_TIMEOUT = 5_000;

const isAddress = (name: string): boolean => /^\d+\.\d+\.\d+\.\d+$/.test(name) || name.includes(':');

const nslookup: Command = function* (process) {
  const { operands } = optionsOf(process.argv, { flags: '', valued: '', long: {} });
  const [name] = operands;
  if (name === undefined) throw new CommandError('missing operand');
  const found = yield* asked(process, (network) => network.resolve(name));
  if (found === undefined && !(yield* asked(process, (network) => network.hasNameServer()))) {
    yield* wait(process, LOOKUP_TIMEOUT);
    yield* print(process, ';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
  yield* print(process, `Server:\t\t${DNS_SERVER}\nAddress:\t${DNS_SERVER}:53\n\n`);
  if (found === undefined) {
    yield* print(process, `** server can't find ${name}: NXDOMAIN\n\n`);
    return 1;
  }
  yield* print(process, `${found.addresses.map((address) => `Name:\t${found.name}\nAddress: ${address}\n`).join('')}\n`);
  return 0;
};

const getent: Command = function* (process) {
  const [, database, name = ''] = process.argv;
  if (database !== 'hosts' && database !== 'ahosts') return 1;
  const found = yield* asked(process, (network) => network.resolve(name));
  if (found === undefined) return 2;
  for (const address of found.addresses)
    yield* print(process, `${address.padEnd(17)} ${found.name}${found.name === name ? '' : ` ${name}`}\n`);
  return 0;
};

function parsedUrl(text: string): URL {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `http://${text}`);
  if (url === null) throw new CommandError(`bad address '${text}'`);
  return url;
}

const isError = (result: HttpAnswer | ConnectError): result is ConnectError => 'error' in result;

const textOf = ({ body }: HttpAnswer): string =>
  (typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body)).toString('latin1');

const wget: Command = function* (process) {
  const options = optionsOf(process.argv, {
    flags: 'qSc',
    valued: 'OTPUt',
    long: {
      quiet: 'q',
      timeout: 'T',
      header: 'H',
      'post-data': 'd',
      spider: 's',
      'no-check-certificate': 'c',
      tries: 't',
      'output-document': 'O',
    },
  });
  const [target = ''] = options.operands;
  const url = parsedUrl(target);
  const shownHost = `${url.hostname}:${url.port || '80'}`;
  const call = { method: 'GET', url, headers: { host: url.host, 'user-agent': 'Wget' }, body: '' };
  const answer = yield* asked(process, (network) => network.http(call));
  const say = (text: string): Generator<Wait, void, void> => writeTo(process.errors, text);
  if (isError(answer)) {
    if (answer.error === 'unknown-host') throw new CommandError(`bad address '${url.host}'`);
    if (!options.has('q')) yield* say(`Connecting to ${shownHost} (${answer.address})\n`);
    if (answer.error === 'timeout') yield* wait(process, Number(options.value('T') ?? 130) * 1000);
    if (answer.error === 'timeout' && options.has('T')) throw new CommandError('download timed out');
    const reason =
      answer.error === 'refused' ? 'Connection refused' : answer.error === 'timeout' ? 'Operation timed out' : 'error getting response';
    throw new CommandError(
      answer.error === 'not-http' ? reason : `can't connect to remote host (${answer.address.replace(/:\d+$/, '')}): ${reason}`,
    );
  }
  if (!options.has('q')) yield* say(`Connecting to ${shownHost}\n`);
  if (answer.status >= 400) throw new CommandError(`server returned error: HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ''}`);
  if (options.has('s')) return 0;
  const output = options.value('O') ?? (url.pathname.split('/').at(-1) || 'index.html');
  if (output === '-') yield* print(process, textOf(answer));
  else {
    process.files.write(pathIn(process, output), textOf(answer));
    if (!options.has('q')) yield* say(`saving to '${output}'\n'${output}' saved\n`);
  }
  return 0;
};

function* wait({ kernel }: Process, time: number): Generator<Wait, void, void> {
  const until = kernel.now + time;
  while (kernel.now < until) yield { until };
}

const CURL_LONG = {
  silent: 's',
  'show-error': 'S',
  head: 'I',
  include: 'i',
  request: 'X',
  header: 'H',
  data: 'd',
  'data-raw': 'd',
  output: 'o',
  'write-out': 'w',
  'max-time': 'm',
  'connect-timeout': 'Y',
  insecure: 'k',
  location: 'L',
  fail: 'f',
  verbose: 'v',
  user: 'u',
  'user-agent': 'A',
  cacert: 'c',
  retry: 'R',
};

const curl: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'sSIikLfvgN46', valued: 'XHdowmuAYcReb', long: CURL_LONG });
  const target = options.operands.at(-1);
  if (target === undefined) {
    yield* writeTo(process.errors, 'curl: (2) no URL specified\n');
    return 2;
  }
  const url = URL.parse(/^[a-z]+:\/\//i.test(target) ? target : `http://${target}`);
  const say = function* (code: number, message: string): Generator<Wait, number, void> {
    if (!options.has('s') || options.has('S')) yield* writeTo(process.errors, `curl: (${code}) ${message}\n`);
    return code;
  };
  if (url === null) return yield* say(3, 'URL rejected: Malformed input to a URL function');
  const started = process.kernel.now;
  const result = yield* asked(process, (network) => network.http(curlRequest(process, url, options)));
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  if (isError(result)) {
    if (result.error === 'unknown-host') return yield* say(6, `Could not resolve host: ${url.hostname}`);
    if (result.error === 'not-http')
      return yield* say(url.protocol === 'https:' ? 35 : 52, url.protocol === 'https:' ? 'TLS connect error' : 'Empty reply from server');
    if (result.error === 'refused')
      return yield* say(7, `Failed to connect to ${url.hostname} port ${port} after 0 ms: Could not connect to server`);
    const limit = Number(options.value('m') ?? options.value('Y') ?? 134) * 1000;
    yield* wait(process, limit);
    return yield* say(28, `Connection timed out after ${process.kernel.now - started} milliseconds`);
  }
  const heads = [
    `HTTP/1.1 ${result.status} ${STATUS_CODES[result.status] ?? ''}`,
    ...Object.entries(result.headers).map(([name, value]) => `${name}: ${value}`),
  ]
    .map((line) => `${line}\r\n`)
    .join('');
  const content = textOf(result);
  const failed = options.has('f') && result.status >= 400;
  const shown = options.has('I') ? `${heads}\r\n` : `${options.has('i') ? `${heads}\r\n` : ''}${failed ? '' : content}`;
  const output = options.value('o');
  if (output === undefined || output === '-') yield* print(process, shown);
  else if (output !== '/dev/null') process.files.write(pathIn(process, output), shown);
  const format = options.value('w');
  if (format !== undefined) {
    const values: Record<string, string> = {
      http_code: String(result.status),
      response_code: String(result.status),
      size_download: String(content.length),
      time_total: '0.001',
    };
    yield* print(process, format.replace(/%\{(\w+)\}/g, (_, name: string) => values[name] ?? '').replaceAll('\\n', '\n'));
  }
  return failed ? yield* say(22, `The requested URL returned error: ${result.status}`) : 0;
};

function curlRequest(process: Process, url: URL, options: ReturnType<typeof optionsOf>): HttpCall {
  const headers: Record<string, string> = { host: url.host, 'user-agent': 'curl/8.14.1', accept: '*/*' };
  const data = options.values('d').map((value) => {
    const file = value.startsWith('@') ? readFile(process, value.slice(1)) : value;
    return typeof file === 'string' ? file : '';
  });
  if (data.length > 0) headers['content-type'] = 'application/x-www-form-urlencoded';
  for (const header of options.values('H')) {
    const colon = header.indexOf(':');
    if (colon > 0) headers[header.slice(0, colon).toLowerCase()] = header.slice(colon + 1).trim();
  }
  const user = options.value('u');
  if (user !== undefined) headers.authorization = `Basic ${Buffer.from(user, 'latin1').toString('base64')}`;
  const method = options.value('X') ?? (options.has('I') ? 'HEAD' : data.length > 0 ? 'POST' : 'GET');
  return { method, url, headers, body: data.join('&') };
}

const nc: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'zvnlkuN', valued: 'wpie' });
  if (options.has('l')) throw new CommandError('listening is only supported as process 1 of a container');
  const [host = '', port = ''] = options.operands;
  const failure = yield* asked(process, (network) => network.connect(host, Number(port)));
  if (failure === undefined) {
    if (options.has('v')) yield* writeTo(process.errors, `${host} (${host}:${port}) open\n`);
    return 0;
  }
  if (failure.error === 'unknown-host') throw new CommandError(`bad address '${host}'`);
  if (failure.error === 'timeout') yield* wait(process, Number(options.value('w') ?? 130) * 1000);
  if (options.has('z') && !options.has('v')) return 1;
  throw new CommandError(`${host} (${failure.address}): ${failure.error === 'timeout' ? 'Connection timed out' : 'Connection refused'}`);
};

const ping: Command = function* (process) {
  const options = optionsOf(process.argv, { flags: 'qn46', valued: 'cwWis' });
  const [host = ''] = options.operands;
  const found = isAddress(host) ? { addresses: [host] } : yield* asked(process, (network) => network.resolve(host));
  const address = found?.addresses[0];
  if (address === undefined) throw new CommandError(`bad address '${host}'`);
  // A Service's address answers no ICMP, and nothing outside of pods is simulated.
  const reaches = (yield* asked(process, (network) => network.connect(address, 1)))?.error === 'refused';
  yield* print(process, `PING ${host} (${address}): 56 data bytes\n`);
  const count = Number(options.value('c') ?? Number.POSITIVE_INFINITY);
  for (let at = 0; at < count; at++) {
    if (reaches) yield* print(process, `64 bytes from ${address}: seq=${at} ttl=63 time=0.081 ms\n`);
    if (at + 1 < count || !reaches) yield* wait(process, 1000);
  }
  const received = reaches ? count : 0;
  yield* print(
    process,
    `\n--- ${host} ping statistics ---\n${count} packets transmitted, ${received} packets received, ${reaches ? 0 : 100}% packet loss\n`,
  );
  return reaches ? 0 : 1;
};

/** Network commands by name. `curl` is in images that bring it. */
export const networkCommands: Readonly<Record<string, Command>> = { nslookup, getent, wget, nc, netcat: nc, ping };
export const curlCommand: Command = curl;
