/** Names of hosts, as settings have them: what is one, and which of them the internet knows. */

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LONGEST = 253;
/** Names that lead nowhere outside: https://www.rfc-editor.org/rfc/rfc2606 and https://www.rfc-editor.org/rfc/rfc6762 */
const PRIVATE_ENDINGS: ReadonlySet<string> = new Set(['localhost', 'local', 'internal', 'test', 'invalid']);

/** A host name in lower case and ASCII, or an IP address; no scheme, no port, no path. */
export function isHostName(host: string): boolean {
  return host.length <= LONGEST && (isIpV6(host) || host.split('.').every((label) => LABEL.test(label)));
}

/** Whether the host can be reached by name from everywhere: no IP address, no name of one machine or network. */
export function isPublicHost(host: string): boolean {
  const labels = host.split('.');
  const ending = labels.at(-1) ?? '';
  return labels.length > 1 && !isIpV6(host) && !/^\d+$/.test(ending) && !PRIVATE_ENDINGS.has(ending);
}

function isIpV6(host: string): boolean {
  return host.includes(':') && URL.canParse(`http://[${host.replace(/^\[|\]$/g, '')}]`);
}
