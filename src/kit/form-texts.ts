/** Words of a connector's settings for people: what a form calls a field, and how a check says that it is wrong. */

/** Languages that operators are spoken to in. The schema's descriptions and the checks are in English. */
export type Language = 'en' | 'de';

export interface FieldText {
  /** Default: the last word of the path, `secretKey` as `Secret key`. */
  label?: string;
  /** Default: the schema's description. */
  help?: string;
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

/** Label and help of every field of a schema, by dotted path; groups of fields as well. */
export function fieldTexts(
  schema: object,
  texts: FormTexts | undefined,
  language: Language,
): Record<string, Required<FieldText>> {
  const found: Record<string, Required<FieldText>> = {};
  const walk = (part: object, path: string): void => {
    const { properties = {} } = part as { properties?: Record<string, { description?: string }> };
    for (const [name, field] of Object.entries(properties)) {
      const place = `${path}${name}`;
      const told = { ...texts?.en?.fields[place], ...texts?.[language]?.fields[place] };
      found[place] = { label: told.label ?? labelOf(name), help: told.help ?? field.description ?? '' };
      walk(field, `${place}.`);
    }
  };
  walk(schema, '');
  return found;
}

/** `publishableKey` as `Publishable key`. */
function labelOf(name: string): string {
  const words = name.replace(/([a-z0-9])([A-Z])/g, (_, end: string, begin: string) => `${end} ${begin.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
