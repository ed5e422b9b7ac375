/**
 * The 3-D Secure dialog: the bank's page in a frame over the shop's page. Closing it counts as a failed
 * authentication, and the simulator is told so, else the intent would wait for an answer for ever.
 */
import { textsIn, type Language } from '../shared/texts.js';
import { openDialog } from './dialog.js';

export interface Challenge {
  /** Path and query of the bank's page on the simulator's origin. */
  path: string;
  origin: string;
  apiOrigin: string;
  language: Language;
}

const STYLE = `
dialog { height: min(640px, calc(100dvh - 16px)); }
iframe { flex: 1; width: 100%; border: 0; background: #ffffff; }
`;

/** Shows the dialog and resolves when the customer has decided or closed it; what came of it is in the intent. */
export async function showChallenge(challenge: Challenge): Promise<void> {
  const url = new URL(challenge.path, challenge.origin);
  const attempt = url.pathname.split('/').pop() ?? '';
  url.searchParams.set('frame', '1');
  url.searchParams.set('locale', challenge.language);
  const { challengeTitle: title, challengeClose: closeLabel } = textsIn(challenge.language);
  const iframe = document.createElement('iframe');
  iframe.src = url.href;
  iframe.title = title;
  const opened = openDialog({ language: challenge.language, title, closeLabel, style: STYLE, content: [iframe] });
  iframe.focus();
  const decided = await new Promise<boolean>((resolve) => {
    const listener = (event: MessageEvent) => {
      if (event.origin !== challenge.origin || event.source !== iframe.contentWindow) return;
      const message = event.data as { type?: string; attempt?: string } | null;
      if (message?.attempt !== attempt) return;
      if (message.type === 'quittance-sim-3ds') finish(true);
      else if (message.type === 'quittance-sim-3ds-escape') finish(false);
    };
    const finish = (result: boolean) => {
      window.removeEventListener('message', listener);
      resolve(result);
    };
    window.addEventListener('message', listener);
    void opened.left.then(() => finish(false));
  });
  if (!decided) await abandon(challenge.apiOrigin, attempt);
  opened.remove();
}

/** Tells the simulator that the customer left. When that does not arrive, reading the intent tells the truth. */
async function abandon(origin: string, attempt: string): Promise<void> {
  const body = new URLSearchParams({ outcome: 'fail' });
  const request = { method: 'POST', body, credentials: 'omit', mode: 'no-cors' } as const;
  await fetch(`${origin}/_sim/3ds/${encodeURIComponent(attempt)}?frame=1`, request).catch(() => undefined);
}
