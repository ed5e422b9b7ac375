/** Types of the room table, for the test that enforces it. */
export interface Room {
  rooms: readonly string[] | 'all';
  packages: readonly string[];
  pure?: boolean;
}
export declare const ROOMS: Readonly<Record<string, Room>>;
