/** Addresses: which of them mean this machine or this network, and which origins can be trusted to be themselves. */

/** Loopback, private and link-local addresses of both families, RFC 1918, RFC 4193 and RFC 4291. */
export function isPrivate(address: string): boolean {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (plain === '::1' || /^f[cd]|^fe[89ab]/.test(plain)) return true;
  const [first = -1, second = -1] = plain.split('.').map(Number);
  if (first === 10 || first === 127 || (first === 192 && second === 168) || (first === 169 && second === 254))
    return true;
  return first === 172 && second >= 16 && second <= 31;
}

/**
 * Whether a text is an origin as browsers write it, whose pages cannot be changed on their way: https, or plain http on
 * this machine.
 */
export function isFrameOrigin(text: string): boolean {
  if (!URL.canParse(text) || text.includes('*')) return false;
  const { origin, protocol, hostname } = new URL(text);
  const isHere = /^(localhost|127\.0\.0\.1|\[::1\])$|\.localhost$/.test(hostname);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isHere));
}
