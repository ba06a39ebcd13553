// Starts the whole service: packages, build, PostgreSQL and Redis, migrations, api and worker, the demo cluster.
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { aborted, endSignal, orAborted } from './ending.mjs';
import { makeHome } from './home.mjs';
import { install } from './install.mjs';
import { claimHome, removeRunFile } from './run-file.mjs';
import { settings } from './settings.mjs';
import { StartError } from './start-error.mjs';

const root = path.resolve(path.dirname(new URL(import.meta.url).pathname), '../..');
const say = (line) => process.stdout.write(`${line}\n`);

/** Throws StartError if something is already listening there. */
function checkPort({ host, port }) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', (error) => {
      const why = {
        EADDRINUSE: `port ${port} on ${host} is taken: set ORRERY_PORT to a free one`,
        EACCES: `port ${port} may not be used by this user: set ORRERY_PORT to one above 1023`,
        EADDRNOTAVAIL: `this machine has no address ${host}: correct ORRERY_HOST`,
      };
      reject(new StartError(why[error.code] ?? `can't listen on ${host}:${port}: ${error.message}`));
    });
    server.listen({ host, port, exclusive: true }, () => server.close(resolve));
  });
}

/** What has to be stopped, last started first. */
class Running {
  constructor() {
    this.parts = [];
  }

  add(name, stop) {
    this.parts.unshift({ name, stop });
  }

  async end() {
    for (const { name, stop } of this.parts) {
      await Promise.resolve(stop()).catch((error) => say(`orrery: stopping ${name}: ${error.message}`));
    }
  }
}

/** Quoted for a shell. */
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/** Whom browsers have to trust, and how to be asked less. */
function certificateLines({ http, own }, ca) {
  if (own) return [`certificate yours, for ${own.hosts.join(', ')} until ${own.notAfter.slice(0, 10)}; for other names one of ${ca}`];
  const lines = [`certificate signed by this installation's own CA, ${ca}: browsers ask once; go on, or import the CA`];
  if (!http)
    lines.push(
      '            ORRERY_HTTP=loopback serves plain http on this machine; ORRERY_TLS_CERT, ORRERY_TLS_KEY: a certificate of your own',
    );
  return lines;
}

async function showWhereItIs({ home, shownHome, host, port }, { api, worker }) {
  const [{ restClient }, { ensureDemo }] = await Promise.all([import('./rest.mjs'), import('./demo.mjs')]);
  const everywhere = ['0.0.0.0', '::'].includes(host);
  const origin = `https://${everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host}:${port}`;
  const file = (name) => path.join(shownHome, name);
  const ca = fs.readFileSync(path.join(home, 'pki/ca.crt'), 'utf8');
  const token = fs.readFileSync(path.join(home, 'admin-token'), 'utf8').trim();
  await ensureDemo(restClient({ origin, ca, token }), path.join(home, 'demo.kubeconfig'));
  say(`API         ${origin}`);
  // In the fragment: a browser does not send it to the server, and the page removes it from the address bar.
  const demoToken = /^ *token: *(\S+)$/m.exec(fs.readFileSync(path.join(home, 'demo.kubeconfig'), 'utf8'))?.[1];
  const fragment = demoToken ? `#token=${demoToken}` : '';
  say(`GraphQL     ${origin}/graphql${fragment}`);
  if (api.ready.http) say(`            ${api.ready.http}/graphql${fragment}`);
  for (const line of certificateLines(api.ready, file('pki/ca.crt'))) say(line);
  say(`kubeconfig  ${file('demo.kubeconfig')}`);
  say(`admin token ${file('admin-token')}`);
  say(`metrics     ${api.ready.ops}/metrics (api), ${worker.ready.ops}/metrics (worker)`);
  say('Try first:');
  say(`  export KUBECONFIG=${quoted(file('demo.kubeconfig'))}`);
  say('  kubectl get nodes -o wide');
  say('  kubectl create deployment web --image=nginx --replicas=3 && kubectl rollout status deployment/web');
}

async function start({ at, running, signal }) {
  await install({ root, say, signal });
  const { build } = await import('../build.mjs');
  await build({ onStart: (files) => say(`Building (${files} files) …`) });
  signal.throwIfAborted();
  makeHome(at.home, { embedded: !process.env.DATABASE_URL });
  await claimHome(at.home);
  running.add('the run file', () => removeRunFile(at.home));
  await checkPort(at);
  const { startService } = await import('./service.mjs');
  const service = await startService({ at, root, running, signal, say });
  await orAborted(showWhereItIs(at, service), signal);
}

/** The error in one line; with its stack unless the operator can fix it. */
function told(error) {
  if (error instanceof StartError) return error.message;
  // A system error: the message says which call failed, on which file, and why.
  if (error.syscall) return error.message;
  return error.stack ?? String(error);
}

/** Runs the service until a shutdown is requested. */
export async function main() {
  const running = new Running();
  const signal = endSignal();
  let failure;
  try {
    const begun = performance.now();
    await start({ at: settings(), running, signal });
    say(`Ready in ${((performance.now() - begun) / 1000).toFixed(1)} s; Ctrl-C ends it.`);
    await aborted(signal);
  } catch (error) {
    // A shutdown requested during the start stops everything started so far.
    if (!signal.aborted) failure = error;
  }
  await running.end();
  if (failure) process.stderr.write(`orrery: ${told(failure)}\n`);
  process.exit(failure ? 1 : 0);
}
