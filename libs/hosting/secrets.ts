/** What stands between `//` and `@` in a URL. */
const urlCredentials = /\/\/[^\s/@"']*@/g;
const mask = '[redacted]';
/** A shorter one would blank out words that are nothing secret. */
const shortest = 6;

function passwordsOf(url: string | undefined): string[] {
  if (url === undefined || !URL.canParse(url)) return [];
  const { password } = new URL(url);
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}

/** Removes from a line what must not be in a log or on a terminal: credentials in URLs, and the secrets of this process's settings. */
export type Scrub = (line: string) => string;

/** For the settings in an environment. */
export function scrubber(env: NodeJS.ProcessEnv): Scrub {
  const found = [...passwordsOf(env.DATABASE_URL), ...passwordsOf(env.REDIS_URL), env.PGPASSWORD ?? '', env.ORRERY_ADMIN_TOKEN ?? ''];
  // Also as JSON writes them.
  const secrets = [...new Set(found.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))].filter(
    (secret) => secret.length >= shortest,
  );
  return (line) => secrets.reduce((text, secret) => text.replaceAll(secret, mask), line.replace(urlCredentials, `//${mask}@`));
}
