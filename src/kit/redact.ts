/**
 * Takes secrets out of texts and objects before they reach a log, a transcript or an error: by the name of a key,
 * by the shape of a value, and by exact secrets that are known. When in doubt it takes out.
 */

/** Stands where a secret stood. */
export const REDACTED = '[redacted]';
/** Deeper levels of an object are left out: a log line is no place for them. */
export const REDACT_DEPTH_LIMIT = 12;

/** Words that end the name of a secret field, written without separators. */
const SECRET_ENDINGS =
  /(?:secrets?|passwords?|passphrase|tokens?|apikey|secretkey|privatekey|masterkey|encryptionkey|restrictedkey|authorization|cookies?|cvc|cvv|cvn|csc|cvc2|cvv2|securitycode|cardnumber|accountnumber|iban|signature)$/;

/** The same words inside a text: `"clientSecret":"…"`, `cvc=123`, `card[cvc]=123`, `token: …`. */
const NAMED_VALUE =
  /((?:secrets?|passwords?|passphrase|tokens?|(?:api|secret|private|master)[_-]?key|cvc2?|cvv2?|cvn|csc|security[_-]?code|card[_-]?number|authorization|cookie|signature)["'\]]{0,3}\s{0,3}[:=]\s{0,3})("(?:[^"\\]|\\.)*"|'[^']*'|(?:bearer|basic)\s+\S+|[^\s&,;}"']+)/gi;

/** Values that are secret wherever they stand; the first group, when there is one, is kept. */
const SECRET_SHAPES: readonly RegExp[] = [
  /()(?<![A-Za-z0-9])(?:sk|rk|ek)_(?:(?:live|test)_[A-Za-z0-9_]+|[A-Za-z0-9_]{8,})/g,
  /()(?<![A-Za-z0-9])whsec_[A-Za-z0-9+/=_-]+/g,
  /((?<![A-Za-z0-9])(?:pi|seti|src|cs|sbx|po)_[A-Za-z0-9_]{0,200}?_secret_)[A-Za-z0-9%_-]+/g,
  /(\bbearer\s{1,4})[A-Za-z0-9._~+/=-]{8,}/gi,
  /(\bbasic\s{1,4})[A-Za-z0-9+/=]{12,}/gi,
  /()\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*/g,
];

/** One cheap look decides whether any pattern can match at all: most log texts end here. */
const WORTH_A_LOOK =
  /\d[ -]?\d[\d -]{9}|[sre]k_|whsec_|secret|pass|token|bearer|basic|eyJ|key|c[vs][cvn]|security|cookie|signature|authorization|number/i;

/** A digest in hexadecimal, which is kept, or a run of digits that may hold a card number. */
const DIGITS = /(?<![0-9a-z])[0-9a-f]{32,}(?![0-9a-z])|\d(?:[ -]?\d){12,}/g;

/** Takes secrets out of one text. `known` are exact secrets to take out besides those recognised by their shape. */
export function redactText(text: string, known: readonly string[] = []): string {
  let clean = text;
  for (const secret of known) {
    if (secret.length > 0 && clean.includes(secret)) clean = clean.replaceAll(secret, REDACTED);
  }
  if (!WORTH_A_LOOK.test(clean)) return clean;
  for (const shape of SECRET_SHAPES) clean = clean.replace(shape, (_all, kept: string) => kept + REDACTED);
  clean = clean.replace(NAMED_VALUE, (_all, name: string, value: string) => {
    const quote = value.startsWith('"') || value.startsWith("'") ? value.slice(0, 1) : '';
    return `${name}${quote}${REDACTED}${quote}`;
  });
  return clean.replace(DIGITS, withoutCards);
}

/**
 * A copy of a value without secrets: plain objects, arrays, maps, errors and texts are looked through, bytes become
 * their length. Cyclic and very deep values are cut, getters that throw are left out. Never changes what it is given.
 */
export function redact(value: unknown, known: readonly string[] = []): unknown {
  return copy(value, { known, path: new Set(), depth: 0 });
}

/** Whether a field of this name holds a secret, whatever its separators and capitals: `card-cvc`, `apiKey`. */
export function isSecretName(name: string): boolean {
  return fieldName(name).secret;
}

/** Names of fields repeat from line to line, so what is known of them is kept, up to a limit. */
const NAMES_LIMIT = 2000;
const names = new Map<string, { clean: string; secret: boolean }>();

function fieldName(name: string): { clean: string; secret: boolean } {
  const known = names.get(name);
  if (known !== undefined) return known;
  const secret = SECRET_ENDINGS.test(name.replace(/[^A-Za-z0-9]/g, '').toLowerCase());
  const told = { clean: redactText(name), secret };
  if (names.size < NAMES_LIMIT && name.length <= 100) names.set(name, told);
  return told;
}

interface Walk {
  known: readonly string[];
  path: Set<object>;
  depth: number;
}

function copy(value: unknown, walk: Walk): unknown {
  if (typeof value === 'string') return redactText(value, walk.known);
  if (typeof value === 'number' || typeof value === 'bigint') return isCard(String(value)) ? REDACTED : value;
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (value instanceof Date) return value;
  if (walk.path.has(value) || walk.depth >= REDACT_DEPTH_LIMIT) return '[cut]';
  walk.path.add(value);
  const deeper = { ...walk, depth: walk.depth + 1 };
  const result = Array.isArray(value) ? value.map((element) => copy(element, deeper)) : copyFields(value, deeper);
  walk.path.delete(value);
  return result;
}

function copyFields(value: object, walk: Walk): Record<string, unknown> {
  const clean: Record<string, unknown> = {};
  if (value instanceof Error) Object.assign(clean, errorFields(value, walk));
  const fields = value instanceof Map ? [...value.keys()].map(String) : Object.keys(value);
  for (const name of fields) {
    let field: unknown;
    try {
      field = value instanceof Map ? value.get(name) : (value as Record<string, unknown>)[name];
    } catch {
      continue;
    }
    const { clean: shown, secret } = fieldName(name);
    const hidden = secret && field !== null && field !== undefined && field !== '' && typeof field !== 'boolean';
    // A defined property, because a field named `__proto__` must stay a field.
    Object.defineProperty(clean, walk.known.length === 0 ? shown : redactText(name, walk.known), {
      value: hidden ? REDACTED : copy(field, walk),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return clean;
}

/** Message and stack of an error are not enumerable, so they are named here. */
function errorFields(error: Error, walk: Walk): Record<string, unknown> {
  return {
    name: error.name,
    message: redactText(error.message, walk.known),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack, walk.known) }),
    ...(error.cause === undefined ? {} : { cause: copy(error.cause, walk) }),
  };
}

/** Takes every card number out of a run of digits; groups of it may be parted by a blank or a hyphen. */
function withoutCards(run: string): string {
  if (/^[0-9a-f]{32,}$/.test(run)) return run;
  const groups = [...run.matchAll(/\d+/g)].map((match) => ({ digits: match[0], start: match.index }));
  let clean = '';
  let kept = 0;
  for (let first = 0; first < groups.length; first += 1) {
    let digits = '';
    let end = -1;
    let last = first;
    for (let next = first; next < groups.length && digits.length <= 19; next += 1) {
      digits += groups[next]!.digits;
      if (isCard(digits)) [end, last] = [groups[next]!.start + groups[next]!.digits.length, next];
    }
    if (end < 0) continue;
    clean += run.slice(kept, groups[first]!.start) + REDACTED;
    kept = end;
    first = last;
  }
  return clean + run.slice(kept);
}

/** 13 to 19 digits with a right check digit (ISO/IEC 7812-1), unless they are a time in milli- or microseconds. */
function isCard(digits: string): boolean {
  if (!/^\d{13,19}$/.test(digits) || /^0+$/.test(digits)) return false;
  if (digits.startsWith('1') && (digits.length === 13 || digits.length === 16)) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - 48;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
