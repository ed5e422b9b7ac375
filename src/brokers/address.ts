/** How a tenant's name stands in addresses of brokers: exchange keys, subjects and names of queues. */

/**
 * The name as one part of an address. Letters, digits, `_` and `-` stay; any other byte becomes `%` and two hexadecimal
 * digits, so that no name can reach another tenant's address.
 */
export function addressPart(name: string): string {
  return [...Buffer.from(name, 'utf8')]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return /[A-Za-z0-9_-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** The name that `addressPart` made this of; undefined when it made nothing of the kind. */
export function nameOf(part: string): string | undefined {
  try {
    const name = decodeURIComponent(part);
    return name !== '' && addressPart(name) === part ? name : undefined;
  } catch {
    return undefined;
  }
}
