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
  /** What a check says, by its English words. `{name}` stands for what differs, in both. */
  messages?: Readonly<Record<string, string>>;
}

/** What `checkShape` says, the same for every connector. */
const SHAPES: Partial<Record<Language, Readonly<Record<string, string>>>> = {
  de: {
    'is required': 'wird benötigt',
    'must be one of {choices}': 'muss eines davon sein: {choices}',
    'must be integer': 'muss eine ganze Zahl sein',
    'must be number': 'muss eine Zahl sein',
    'must be string': 'muss ein Text sein',
    'must be boolean': 'muss an oder aus sein',
    'must be array': 'muss eine Liste sein',
    'must be object': 'muss ein Objekt sein',
    'must be <= {limit}': 'darf höchstens {limit} sein',
    'must be >= {limit}': 'muss mindestens {limit} sein',
    'must not have fewer than {limit} characters': 'muss mindestens {limit} Zeichen haben',
    'must not have more than {limit} characters': 'darf höchstens {limit} Zeichen haben',
    'must not have more than {limit} items': 'darf höchstens {limit} Einträge haben',
    'must match pattern {pattern}': 'muss die Form {pattern} haben',
  },
};

/** What a check says, in that language. */
export function messageIn(texts: FormTexts | undefined, language: Language, message: string): string {
  for (const known of [texts?.[language]?.messages ?? {}, SHAPES[language] ?? {}]) {
    if (Object.hasOwn(known, message)) return known[message] ?? message;
    for (const [english, translated] of Object.entries(known)) {
      const parts = english.includes('{') ? partsOf(english, message) : undefined;
      if (parts !== undefined) return translated.replace(/\{(\w+)\}/g, (place, name: string) => parts[name] ?? place);
    }
  }
  return message;
}

/** What stands in a message at the places of its template; undefined when it is another message. */
function partsOf(template: string, message: string): Record<string, string> | undefined {
  const literal = template.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${literal.replace(/\{(\w+)\}/g, '(?<$1>.+)')}$`).exec(message)?.groups;
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
