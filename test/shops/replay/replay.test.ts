/** What shops send, replayed byte for byte from the transcripts beside this file; the answers are compared as bytes too. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../support/app.js';
import { stripeWorld, type StripeWorld } from '../../support/stripe.js';
import { play, sandboxPlace } from './play.js';
import { compared, readTranscript } from './transcript.js';

let app: TestApp;
/** Without tenants that left: all have one secret here, and a webhook without a token is the first one's whom it fits. */
let calm: TestApp;
let world: StripeWorld;
beforeAll(async () => {
  [app, calm, world] = await Promise.all([testApp(), testApp(), stripeWorld()]);
});
afterAll(async () => {
  await app.close();
  await calm.close();
  await world.close();
});

const files = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.http'));

describe.each(files)('%s', (file) => {
  it.each(readTranscript(file).map((conversation) => [conversation.title, conversation] as const))(
    '%s',
    async (_title, conversation) => {
      expect(conversation.exchanges.length).toBeGreaterThan(0);
      const place = file.endsWith('.stripe.http')
        ? { app: world.app, connected: world.shop }
        : sandboxPlace(file === 'webhooks.http' ? calm : app);
      await play(place, conversation);
    },
  );
});

describe('the comparison', () => {
  it('sees a changed byte, a missing member and a value that is not the one learned before', () => {
    const values = new Map<string, string>();
    expect(compared('{"a":"«x»","b":1}', '{"a":"p1","b":1}', values)).toBeUndefined();
    expect(values.get('x')).toBe('p1');
    for (const seen of [
      '{"a":"p2","b":1}',
      '{"a":"p1","b":"1"}',
      '{"a":"p1"}',
      '{"b":1,"a":"p1"}',
      '{"a":"p1","b":1} ',
    ])
      expect(compared('{"a":"«x»","b":1}', seen, values)).toBe('{"a":"p1","b":1}');
    expect(compared('«stamp»', '2026-01-01T10:00:00.000', values)).toBe('«stamp»');
  });
});
