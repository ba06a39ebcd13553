// The settings from the environment, checked before anything is started.
import path from 'node:path';
import { StartError } from './start-error.mjs';

/** The URLs that may be set, their schemes, and how those are shown. The same rules are in the apps' configuration. */
const urls = [
  ['DATABASE_URL', ['postgres:', 'postgresql:'], 'postgres://'],
  ['REDIS_URL', ['redis:', 'rediss:'], 'redis:// or rediss://'],
];

/** Whether it can be parsed, including its credentials: a password in it may be badly escaped. */
function isUrl(text, schemes) {
  try {
    const { protocol, username, password, pathname } = new URL(text);
    for (const part of [username, password, pathname]) decodeURIComponent(part);
    return schemes.includes(protocol);
  } catch {
    return false;
  }
}

function portOf(variable, fallback, least) {
  const given = process.env[variable];
  const port = Number(given || fallback);
  if (Number.isInteger(port) && port >= least && port <= 65535) return port;
  throw new StartError(`${variable}=${given} is not a port: use a number from ${least} to 65535`);
}

function stallTimeout() {
  const { ORRERY_STALL_TIMEOUT: given } = process.env;
  const seconds = Number(given || 10);
  if (seconds >= 0 && seconds <= 3600) return seconds * 1000;
  throw new StartError(`ORRERY_STALL_TIMEOUT=${given} is not a number of seconds: use a number from 0 (never restart) to 3600`);
}

/** Plain http is served on the loopback address only. */
function httpPort() {
  const { ORRERY_HTTP: given } = process.env;
  if (given && given !== 'loopback') {
    throw new StartError(`ORRERY_HTTP=${given} is not served: plain http is for this machine only (ORRERY_HTTP=loopback)`);
  }
  const port = portOf('ORRERY_HTTP_PORT', 8080, 0);
  return given ? port : undefined;
}

/** Reads and validates the launcher's settings. Throws StartError. */
export function settings() {
  const { ORRERY_HOME, ORRERY_HOST } = process.env;
  const port = portOf('ORRERY_PORT', 8443, 1);
  portOf('ORRERY_OPS_PORT', 0, 0);
  portOf('WORKER_PORT', 0, 0);
  httpPort();
  for (const [name, schemes, wanted] of urls) {
    const given = process.env[name];
    if (given && !isUrl(given, schemes)) throw new StartError(`bad configuration: ${name}: must be a ${wanted} URL`);
  }
  return {
    home: path.resolve(process.cwd(), ORRERY_HOME || '.orrery'),
    shownHome: ORRERY_HOME || '.orrery',
    port,
    host: ORRERY_HOST || '127.0.0.1',
    stallTimeout: stallTimeout(),
  };
}
