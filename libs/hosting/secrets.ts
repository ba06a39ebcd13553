/** The part between `//` and `@` of a URL. */
const urlCredentials = /\/\/[^\s/@"']*@/g;
const mask = '[redacted]';
/** A shorter one would also match words that are not secret. */
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

/** Removes from a line what must not appear in a log or on a terminal: credentials in URLs, and the secrets in this process's settings. */
export type Scrub = (line: string) => string;

/** For the settings in an environment. */
export function scrubber(env: NodeJS.ProcessEnv): Scrub {
  const found = [...passwordsOf(env.DATABASE_URL), ...passwordsOf(env.REDIS_URL), env.PGPASSWORD ?? '', env.ORRERY_ADMIN_TOKEN ?? ''];
  // Also in the form in which JSON escapes them.
  const secrets = [...new Set(found.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1)]))].filter(
    (secret) => secret.length >= shortest,
  );
  return (line) => secrets.reduce((text, secret) => text.replaceAll(secret, mask), line.replace(urlCredentials, `//${mask}@`));
}
