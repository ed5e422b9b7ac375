/** Whom the payment page talks to when it is shown in a frame: allowed parents, by name, and nobody else. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { greetParent, openAtTop } from '../../src/pages/island/parts/parent.js';

const SHOP = 'https://shop.example';
const SECOND = 'https://second.example';

interface Sent {
  message: { type: string; location?: string; height?: number };
  target: string;
}

interface Given {
  ancestorOrigins?: string[];
  referrer?: string;
  isFramed?: boolean;
}

/** The globals of a page in a frame, as far as the code looks at them. */
function framedPage({ ancestorOrigins, referrer = '', isFramed = true }: Given) {
  const sent: Sent[] = [];
  const listeners: ((event: object) => void)[] = [];
  const parent = { postMessage: (message: Sent['message'], target: string) => sent.push({ message, target }) };
  const page: Record<string, unknown> = { top: parent };
  page['parent'] = isFramed ? parent : page;
  vi.stubGlobal('window', page);
  vi.stubGlobal('location', { ...(ancestorOrigins === undefined ? {} : { ancestorOrigins }) });
  vi.stubGlobal('document', { referrer, body: { getBoundingClientRect: () => ({ height: 411.2 }) } });
  vi.stubGlobal('addEventListener', (_name: string, listener: (event: object) => void) => listeners.push(listener));
  vi.stubGlobal(
    'ResizeObserver',
    class {
      readonly #changed: () => void;
      constructor(changed: () => void) {
        this.#changed = changed;
      }
      observe(): void {
        this.#changed();
        this.#changed();
      }
    },
  );
  const hear = (event: object): void => listeners.forEach((listener) => listener(event));
  return { sent, parent, hear };
}

afterEach(() => vi.unstubAllGlobals());

describe('messages', () => {
  it.each<[string, Given, string[]]>([
    ['the parent, when it is allowed', { ancestorOrigins: [SHOP, SECOND] }, [SHOP]],
    ['nobody, when the parent is not', { ancestorOrigins: ['https://stranger.example', SHOP] }, []],
    ['who referred, when no ancestors are told', { referrer: `${SECOND}/checkout?x=1` }, [SECOND]],
    ['each allowed origin, when nothing is known', {}, [SHOP, SECOND]],
    ['each allowed origin, when somebody else referred', { referrer: 'https://bank.example/' }, [SHOP, SECOND]],
    ['nobody, outside of a frame', { isFramed: false }, []],
  ])('are addressed to %s', (_name, given, targets) => {
    const { sent } = framedPage(given);
    const parent = greetParent([SHOP, SECOND]);
    parent.tell('paid', `${SHOP}/thanks`);
    const types = ['quittance:ready', 'quittance:height', 'quittance:paid'];
    expect(sent.map(({ message, target }) => `${message.type} ${target}`)).toEqual(
      types.flatMap((type) => targets.map((target) => `${type} ${target}`)),
    );
    expect(JSON.stringify(sent)).not.toContain('"*"');
  });

  it('say the height once, in whole pixels, and the shop’s own address', () => {
    const { sent } = framedPage({ ancestorOrigins: [SHOP] });
    greetParent([SHOP]).tell('canceled', `${SHOP}/cart`);
    expect(sent.map(({ message }) => message)).toEqual([
      { type: 'quittance:ready' },
      { type: 'quittance:height', height: 412 },
      { type: 'quittance:canceled', location: `${SHOP}/cart` },
    ]);
  });
});

it('only the allowed parent itself can say that it goes on by itself', () => {
  const { parent: source, hear } = framedPage({ ancestorOrigins: [SHOP] });
  const parent = greetParent([SHOP, SECOND]);
  const data = { type: 'quittance:listening' };
  for (const event of [
    { source: {}, origin: SHOP, data },
    { source, origin: SECOND, data },
    { source, origin: SHOP, data: null },
    { source, origin: SHOP, data: { type: 'quittance:ready' } },
  ]) {
    hear(event);
    expect(parent.listens()).toBe(false);
  }
  hear({ source, origin: SHOP, data });
  expect(parent.listens()).toBe(true);
});

it('a browser that refuses to leave is noticed', () => {
  const top = { location: {} as { href: string } };
  vi.stubGlobal('window', { top });
  expect(openAtTop(`${SHOP}/thanks`)).toBe(true);
  expect(top.location.href).toBe(`${SHOP}/thanks`);
  const closed = {
    get location(): never {
      throw new Error('SecurityError');
    },
  };
  vi.stubGlobal('window', { top: closed });
  expect(openAtTop(`${SHOP}/thanks`)).toBe(false);
});
