/** What all shops of the suite do alike, whatever broker they are at. */
import type { Seen, ShopSide } from './suite.js';

/** Each channel is listened to from its first call on, and is one growing list for all who ask. */
export function listening(listen: (channel: string, seen: Seen[]) => void): ShopSide['seen'] {
  const channels = new Map<string, Seen[]>();
  return (channel) => {
    const known = channels.get(channel);
    if (known !== undefined) return Promise.resolve(known);
    const seen: Seen[] = [];
    channels.set(channel, seen);
    listen(channel, seen);
    return Promise.resolve(seen);
  };
}
