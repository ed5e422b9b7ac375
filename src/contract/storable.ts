/** What PostgreSQL can store at all: asked of everything that comes in. */

/** What is wrong with a value that `isStorable` refuses. */
export const UNSTORABLE = 'it holds a NUL character, or half a character';

/** False for what PostgreSQL cannot store, at any depth: NUL, or half of a surrogate pair. No shop means either. */
export function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !/\0|\p{Surrogate}/u.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([key, member]) => isStorable(key) && isStorable(member));
}
