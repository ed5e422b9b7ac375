/**
 * Reads `application/x-www-form-urlencoded` the way PHP does, because the shops that send forms are written in PHP:
 * brackets nest, `[]` appends, the last one wins. Libraries for brackets differ from it in the odd cases and change
 * values silently at their limits; here every limit is a clear refusal. https://www.php.net/parse_str
 */

export const MAX_FORM_FIELDS = 2000;
export const MAX_FORM_DEPTH = 8;
export const MAX_FORM_LIST = 500;

type FormValue = string | { [key: string]: FormValue } | FormValue[];

/** A form that is beyond a limit. The message is public. */
export class FormError extends Error {}

/** PHP's one container: keys in order, and the next free number. */
interface Branch {
  members: Map<string, string | Branch>;
  next: number;
}

/**
 * The members of a form. Every scalar is text; a map whose keys are 0 to n-1 becomes a list. Keys named `__proto__`
 * are kept as ordinary members of maps without harm. Throws FormError beyond a limit.
 */
export function parseForm(text: string): Record<string, FormValue> {
  const pairs = text.split('&', MAX_FORM_FIELDS + 1);
  if (pairs.length > MAX_FORM_FIELDS) throw new FormError(`more than ${MAX_FORM_FIELDS} form fields`);
  const root: Branch = { members: new Map(), next: 0 };
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const path = keyPath(decode(at < 0 ? pair : pair.slice(0, at)));
    if (path !== undefined) put(root, path, at < 0 ? '' : decode(pair.slice(at + 1)));
  }
  return Object.fromEntries([...root.members].map(([key, value]) => [key, plain(value)]));
}

/** `a[b][]` is `['a', 'b', '']`; undefined when PHP drops the field. An empty step appends. */
function keyPath(name: string): string[] | undefined {
  const key = name.replace(/^ +/, '');
  const bracket = key.indexOf('[');
  if (bracket < 0) return key === '' ? undefined : [underscored(key)];
  if (bracket === 0) return undefined;
  const path = [underscored(key.slice(0, bracket))];
  let open = bracket;
  while (key[open] === '[') {
    const close = key.indexOf(']', open + 1);
    // An unclosed bracket after the name belongs to the name; deeper ones and all that follows are ignored.
    if (close < 0) return open === bracket ? [underscored(key)] : path;
    const step = key.slice(open + 1, close);
    path.push(step.trim() === '' ? '' : step);
    if (path.length > MAX_FORM_DEPTH + 1)
      throw new FormError(`form fields nested deeper than ${MAX_FORM_DEPTH} levels`);
    open = close + 1;
  }
  return path;
}

function underscored(name: string): string {
  return name.replace(/[ .[]/g, '_');
}

function put(root: Branch, path: string[], value: string): void {
  let branch = root;
  for (const [at, step] of path.entries()) {
    const key = step === '' && at > 0 ? String(branch.next) : step;
    if (branch !== root && !branch.members.has(key) && branch.members.size >= MAX_FORM_LIST) {
      throw new FormError(`more than ${MAX_FORM_LIST} members in one form list`);
    }
    if (/^(0|[1-9]\d{0,8})$/.test(key)) branch.next = Math.max(branch.next, Number(key) + 1);
    if (at === path.length - 1) {
      branch.members.set(key, value);
      return;
    }
    const existing = branch.members.get(key);
    const below: Branch = typeof existing === 'object' ? existing : { members: new Map(), next: 0 };
    branch.members.set(key, below);
    branch = below;
  }
}

function plain(value: string | Branch): FormValue {
  if (typeof value === 'string') return value;
  const entries = [...value.members].map(([key, member]): [string, FormValue] => [key, plain(member)]);
  const isList = entries.every(([key]) => /^(0|[1-9]\d{0,8})$/.test(key)) && value.next === entries.length;
  if (!isList) return Object.fromEntries(entries);
  return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, member]) => member);
}

/** Percent decoding that leaves what is no escape as it is. */
function decode(text: string): string {
  const spaced = text.replaceAll('+', ' ');
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    const bytes = spaced.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
    );
    return bytes;
  }
}
