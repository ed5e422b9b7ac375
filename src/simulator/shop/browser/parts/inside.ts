/** The frame with the payment page: as high as its page, and the shop goes on by itself when the payment is made. */

/** Takes part in the payment page's messages, if the page has such a frame. See docs/embedding.md. */
export function adoptPaymentFrame(page: Document): void {
  const frame = page.querySelector<HTMLIFrameElement>('iframe[data-payment]');
  if (frame === null) return;
  const { origin } = new URL(frame.src);
  addEventListener('message', (event: MessageEvent<{ type?: string; height?: number; location?: string }>) => {
    if (event.source !== frame.contentWindow || event.origin !== origin) return;
    const { type, height, location: next } = event.data;
    if (type === 'quittance:ready') frame.contentWindow?.postMessage({ type: 'quittance:listening' }, origin);
    else if (type === 'quittance:height' && typeof height === 'number') frame.style.height = `${height}px`;
    else if (next !== undefined && new URL(next).origin === location.origin) location.assign(next);
  });
}
