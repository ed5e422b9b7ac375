/** Words of a connector's settings for people: what a form calls a field, and how a check says that it is wrong. */

/** Languages that operators are spoken to in. The schema's descriptions and the checks are in English. */
export type Language = 'en' | 'de';

export interface FieldText {
  /** Default: the last word of the path, `secretKey` as `Secret key`. */
  label?: string;
  /** Default: the schema's description. */
  help?: string;
  /** What each choice of the field is called, by its value. Default: the value itself. */
  choices?: Readonly<Record<string, string>>;
}

/** One of several values a field takes, and what a form calls it. */
export interface Choice {
  value: string;
  label: string;
}

/** What a form says of one field. */
export interface FieldWords {
  label: string;
  help: string;
  /** What may be chosen, in the order of the schema. Absent: the field is no choice. */
  choices?: Choice[];
}

/** By language; what is not there is said in the words of the schema and of the check. */
export type FormTexts = Partial<Record<Language, LanguageTexts>>;

export interface LanguageTexts {
  /** By dotted path. */
  fields: Readonly<Record<string, FieldText>>;
  /** What a check says, by its English words. */
  messages?: Readonly<Record<string, string>>;
}

/** What a check says, in that language. */
export function messageIn(texts: FormTexts | undefined, language: Language, message: string): string {
  const known = texts?.[language]?.messages;
  return known !== undefined && Object.hasOwn(known, message) ? (known[message] ?? message) : message;
}

/** Label, help and choices of every field of a schema, by dotted path; groups of fields as well. */
export function fieldTexts(
  schema: object,
  texts: FormTexts | undefined,
  language: Language,
): Record<string, FieldWords> {
  const found: Record<string, FieldWords> = {};
  const walk = (part: object, path: string): void => {
    const { properties = {} } = part as { properties?: Record<string, Value & { description?: string }> };
    for (const [name, field] of Object.entries(properties)) {
      const place = `${path}${name}`;
      const [english, asked] = [texts?.en?.fields[place], texts?.[language]?.fields[place]];
      const told = { ...english, ...asked };
      const called = new Map(Object.entries({ ...english?.choices, ...asked?.choices }));
      const choices = offeredBy(field).map((value) => ({ value, label: called.get(value) ?? value }));
      found[place] = {
        label: told.label ?? labelOf(name),
        help: told.help ?? field.description ?? '',
        ...(choices.length === 0 ? {} : { choices }),
      };
      walk(field, `${place}.`);
    }
  };
  walk(schema, '');
  return found;
}

interface Value {
  const?: unknown;
  anyOf?: Value[];
  items?: Value;
  offered?: boolean;
}

/**
 * The values a form offers for a field, or for each entry of its list. A literal marked `offered: false` is understood
 * where settings are checked, but nobody is led to it.
 */
function offeredBy(field: Value): string[] {
  const { anyOf, items } = field;
  if (items !== undefined) return offeredBy(items);
  const literals = anyOf ?? [field];
  if (!literals.every((literal) => typeof literal.const === 'string')) return [];
  return literals.filter(({ offered }) => offered !== false).map((literal) => String(literal.const));
}

/** `publishableKey` as `Publishable key`. */
function labelOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
