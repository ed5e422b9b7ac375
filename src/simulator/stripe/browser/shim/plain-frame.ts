/** An iframe of the simulator's origin with one script in it, which says hello and is then given what it shows. */
import { listen, post, randomId, type Peer } from '../shared/protocol.js';

export interface FramePlan<ToIt, FromIt> {
  origin: string;
  path: string;
  title: string;
  language: string;
  /** Height in pixels until the frame tells its own; without it the page's style decides. */
  height?: number;
  /** What it gets when it has said hello. */
  first(): ToIt;
  hear(message: FromIt): void;
  /** It said nothing for too long. */
  silent(): void;
}

export interface PlainFrame<ToIt> {
  iframe: HTMLIFrameElement;
  send(message: ToIt): void;
  remove(): void;
}

/** Long enough for a slow network. */
const PATIENCE_MS = 20_000;

/** Makes the frame; it works once it is in the document. */
export function createPlainFrame<ToIt, FromIt extends { type: string }>(
  plan: FramePlan<ToIt, FromIt>,
): PlainFrame<ToIt> {
  const frame = randomId();
  const iframe = document.createElement('iframe');
  const query = new URLSearchParams({ parent: location.origin, frame, locale: plan.language });
  iframe.src = `${plan.origin}${plan.path}?${query}`;
  iframe.title = plan.title;
  iframe.allow = 'payment *';
  // Through the style object, which a content policy without inline styles allows.
  Object.assign(iframe.style, { display: 'block', border: '0', width: '100%', colorScheme: 'normal' });
  if (plan.height !== undefined) iframe.style.height = `${plan.height}px`;
  const peer: Peer = { window: () => iframe.contentWindow, origin: plan.origin, frame };
  const timer = setTimeout(plan.silent, PATIENCE_MS);
  const stop = listen<FromIt>(peer, (message) => {
    if (message.type !== 'hello') return plan.hear(message);
    clearTimeout(timer);
    post(peer, plan.first());
  });
  return {
    iframe,
    send: (message) => post(peer, message),
    remove: () => {
      clearTimeout(timer);
      stop();
      iframe.remove();
    },
  };
}
