/** Places: a few things of a tenant at once, the rest in its own queue, and nobody keeps a place while it waits for a PSP. */
import { describe, expect, it } from 'vitest';
import { pause } from './heart.js';
import { createPlaces, outside } from '../../src/flows/places.js';

/** Work that goes on until it is told to end. */
function held(): { work: () => Promise<string>; end: (what?: string) => void; hasBegun: () => boolean } {
  let begun = false;
  let end: (what?: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = (what = 'done') => resolve(what)));
  return { work: () => ((begun = true), ended), end, hasBegun: () => begun };
}

const soon = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const of = (changes = {}) => createPlaces({ atOnce: 2, waiting: 3, patienceMs: 10_000, ...changes });

describe('inside', () => {
  it('lets two of a tenant work when it is alone, and the third wait', async () => {
    const places = of();
    const [first, second, third] = [held(), held(), held()];
    const all = [first, second, third].map(({ work }) => places.inside('t', work));
    await soon();
    expect([first, second, third].map(({ hasBegun }) => hasBegun())).toEqual([true, true, false]);
    second.end();
    await soon();
    expect(third.hasBegun()).toBe(true);
    for (const one of [first, third]) one.end();
    expect(await Promise.all(all)).toEqual(['done', 'done', 'done']);
  });
  it('lets another tenant in at once, and gives each one place while both are there', async () => {
    const places = of();
    const noisy = [held(), held(), held(), held()];
    const quiet = held();
    const begun = () => noisy.map(({ hasBegun }) => hasBegun());
    const all = noisy.map(({ work }) => places.inside('noisy', work));
    const other = places.inside('quiet', quiet.work);
    await soon();
    expect([quiet.hasBegun(), ...begun()]).toEqual([true, true, true, false, false]);
    noisy[0]?.end();
    await soon();
    expect(begun()).toEqual([true, true, false, false]);
    noisy[1]?.end();
    await soon();
    expect(begun()).toEqual([true, true, true, false]);
    quiet.end();
    await other;
    await soon();
    // It may be back in a moment.
    expect(begun()).toEqual([true, true, true, false]);
    for (const one of noisy) one.end();
    await Promise.all(all);
  });
  it('counts queues of one tenant as one, and strangers as nobody', async () => {
    const places = of();
    const [calls, webhooks] = [
      [held(), held(), held()],
      [held(), held(), held()],
    ];
    const strangers = [held(), held(), held()];
    const all = [
      ...calls.map(({ work }) => places.inside('t', work)),
      ...webhooks.map(({ work }) => places.inside('t', work, 'webhooks')),
      ...strangers.map(({ work }) => places.inside(undefined, work, 'webhooks')),
    ];
    await soon();
    const begun = [calls, webhooks, strangers].map((some) => some.filter(({ hasBegun }) => hasBegun()).length);
    expect(begun).toEqual([2, 2, 1]);
    for (const one of [...calls, ...webhooks, ...strangers]) one.end();
    await Promise.all(all);
  });
  it('lets a crowd wait while somebody who has just come is at work, and no longer than a moment', async () => {
    const places = of({ waiting: 20 });
    const crowd = Array.from({ length: 8 }, held);
    const count = () => crowd.filter(({ hasBegun }) => hasBegun()).length;
    const all = crowd.map(({ work }) => places.inside('noisy', work));
    await pause(300);
    const hanging = held();
    const other = places.inside('quiet', hanging.work);
    for (const one of crowd.slice(0, 2)) one.end();
    await soon();
    expect([hanging.hasBegun(), count()]).toEqual([true, 2]);
    await pause(300);
    expect(count()).toBe(3);
    for (const one of [hanging, ...crowd]) one.end();
    await Promise.all([other, ...all]);
  });
  it('lets a crowd rest after each work while another tenant is there, also one that has gone a moment ago', async () => {
    const places = of({ waiting: 20 });
    const crowd = Array.from({ length: 8 }, held);
    const count = () => crowd.filter(({ hasBegun }) => hasBegun()).length;
    await places.inside('quiet', () => Promise.resolve());
    const all = crowd.map(({ work }) => places.inside('noisy', work));
    await pause(300);
    expect(count()).toBe(1);
    crowd[0]?.end();
    await soon();
    expect(count()).toBe(1);
    await pause(50);
    expect(count()).toBe(2);
    for (const one of crowd) one.end();
    await Promise.all(all);
  });
  it('gives the place back when the work fails', async () => {
    const places = of({ atOnce: 1 });
    const failing = (): Promise<never> => Promise.reject(new Error('broken'));
    for (let n = 0; n < 3; n += 1) await expect(places.inside('t', failing)).rejects.toThrow('broken');
    expect(await places.inside('t', () => Promise.resolve(1))).toBe(1);
  });
  it('refuses what comes to a full queue, and what waits for too long', async () => {
    const places = of({ atOnce: 1, waiting: 1, patienceMs: 50 });
    const [first, second] = [held(), held()];
    const done = places.inside('t', first.work);
    const late = places.inside('t', second.work);
    await expect(places.inside('t', () => Promise.resolve())).rejects.toMatchObject({ code: 'busy', status: 503 });
    await expect(late).rejects.toMatchObject({ code: 'busy' });
    expect(second.hasBegun()).toBe(false);
    first.end();
    await done;
    expect(await places.inside('t', () => Promise.resolve('next'))).toBe('next');
  });
});

describe('outside', () => {
  it('lends the place to others, and has it again before those who wait at the door', async () => {
    const places = of({ atOnce: 1 });
    const [asking, second, third] = [held(), held(), held()];
    const order: string[] = [];
    const first = places.inside('t', async () => {
      await outside(asking.work);
      order.push('first is back');
    });
    const rest = [second, third].map(({ work }, n) =>
      places.inside('t', async () => {
        order.push(`other ${n + 1}`);
        await work();
      }),
    );
    await soon();
    expect(order).toEqual(['other 1']);
    asking.end();
    await soon();
    expect(order).toEqual(['other 1']);
    second.end();
    await soon();
    third.end();
    await Promise.all([first, ...rest]);
    expect(order).toEqual(['other 1', 'first is back', 'other 2']);
  });
  it('throws what the asking throws, and never takes or gives a place too many', async () => {
    const places = of({ atOnce: 1 });
    for (let n = 0; n < 3; n += 1) {
      const both = places.inside('t', () =>
        Promise.allSettled([outside(() => Promise.reject(new Error('no'))), outside(() => Promise.resolve('yes'))]),
      );
      expect((await both).map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
    }
    const [first, second] = [held(), held()];
    const all = [first, second].map(({ work }) => places.inside('t', work));
    await soon();
    expect(second.hasBegun()).toBe(false);
    first.end();
    second.end();
    await Promise.all(all);
    expect(await outside(() => Promise.resolve('without a place'))).toBe('without a place');
  });
  it('is done by somebody who has gone meanwhile without taking a place', async () => {
    const places = of({ atOnce: 1 });
    const asking = held();
    let left: Promise<string> | undefined;
    await places.inside('t', () => {
      left = outside(asking.work);
      return Promise.resolve();
    });
    asking.end('late');
    expect(await left).toBe('late');
    expect(await places.inside('t', () => Promise.resolve('free'))).toBe('free');
  });
  it('comes back after a second whoever has the places: they may wait for it', async () => {
    const places = of({ atOnce: 1 });
    const answer = held();
    const first = places.inside('t', () => outside(() => Promise.resolve()).then(() => answer.end('told')));
    // Takes the place while the first one is outside, and gives it up only when that one has answered.
    const second = places.inside('t', answer.work);
    await first;
    expect(await second).toBe('told');
  });
});
