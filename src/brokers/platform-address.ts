/**
 * How an event platform is named in `BROKER_URL`: where its channels are, who we are there, and where tokens come from.
 * docs/brokers.md has the form.
 */

export interface PlatformAddress {
  /** Ends in a slash; of the older transport the one endpoint, as it was written. */
  sendUrl: string;
  /** Where channels are polled; undefined: nothing comes by this way. */
  receiveUrl: string | undefined;
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  audience: string;
}

const LEGACY = 'mb1+';
const AUDIENCE = 'aop-event-platform';
const PARAMETERS: readonly string[] = ['token_url', 'receive_url', 'audience', 'insecure'];

/** Reads the URL. Throws an Error of one line that says what is wrong and shows neither client nor secret. */
export function readPlatformAddress(text: string): PlatformAddress {
  const isLegacy = text.startsWith(LEGACY);
  const url = new URL(isLegacy ? text.slice(LEGACY.length) : text);
  const { username, password, searchParams } = url;
  const unknown = [...searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw wrong(`a parameter ${JSON.stringify(unknown.slice(0, 40))}`, PARAMETERS.join(', '));
  if (username === '' || password === '') throw wrong('no client and secret', 'https://client:secret@host/path/');
  if (isLegacy && searchParams.has('receive_url')) throw wrong('receive_url', 'none: the older transport only sends');
  const insecure = searchParams.get('insecure') ?? 'false';
  if (!['true', 'false'].includes(insecure)) throw wrong('another value of insecure', 'true or false');
  const safe = (name: string, at: URL): URL => safely(name, at, insecure === 'true');
  const named = (name: string): URL | undefined => {
    const value = searchParams.get(name);
    if (value === null || value === '') return undefined;
    if (!URL.canParse(value)) throw wrong(`no URL in ${name}`, 'an https URL');
    return safe(name, new URL(value));
  };
  const tokenUrl = named('token_url');
  if (tokenUrl === undefined) throw wrong('no token_url', '?token_url=https://…/oauth/token');
  const base = bare(safe('the address', url));
  return {
    sendUrl: isLegacy ? base : folder(base),
    receiveUrl: isLegacy ? undefined : folder(bare(named('receive_url') ?? url)),
    tokenUrl: tokenUrl.href,
    clientId: decoded(username),
    clientSecret: decoded(password),
    audience: searchParams.get('audience') || AUDIENCE,
  };
}

/** Over http anybody on the way reads tokens and payments, so it is for this machine, or for those who say so. */
function safely(name: string, url: URL, insecure: boolean): URL {
  const wanted = 'https; http is for this machine, or with insecure=true';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong(`${name} with ${url.protocol}`, wanted);
  const isHere = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol === 'http:' && !isHere && !insecure) throw wrong(`${name} with http:`, wanted);
  return url;
}

function bare({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function folder(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong('a client or secret that is not percent-encoded', 'a % written as %25');
  }
}

function wrong(seen: string, wanted: string): Error {
  return new Error(`Read BROKER_URL: seen is ${seen}, wanted is ${wanted}`);
}
