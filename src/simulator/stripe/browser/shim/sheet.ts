/** The sheet of a wallet: a dialog over the page with a frame of the simulator in it. One is open at a time. */
import { expressTexts, filled } from '../shared/express-texts.js';
import { WALLETS, type FromSheet, type SheetOptions, type ToSheet } from '../shared/express.js';
import { openDialog } from './dialog.js';
import { createPlainFrame } from './plain-frame.js';

export interface Sheet {
  send(message: Exclude<ToSheet, { type: 'mount' }>): void;
  /** While a payment is on its way it cannot be closed. */
  lock(locked: boolean): void;
  close(): void;
}

const STYLE = `
dialog { width: min(460px, calc(100vw - 16px)); height: min(760px, calc(100dvh - 16px)); }
iframe { flex: 1; width: 100%; border: 0; background: #ffffff; }
@media (max-width: 480px) {
  dialog { width: 100vw; max-width: 100vw; height: calc(100dvh - 24px); max-height: none; margin: auto 0 0; border-radius: 16px 16px 0 0; }
}
header button:disabled { opacity: .4; cursor: not-allowed; }
`;

/** Shows it. `hear` gets what the buyer does in it; `close` also when they leave by the dialog's own button. */
export function openSheet(origin: string, options: SheetOptions, hear: (message: FromSheet) => void): Sheet {
  const { language, wallet } = options;
  const texts = expressTexts(language);
  const title = filled(texts.sheetTitle, { wallet: WALLETS[wallet].name });
  const frame = createPlainFrame<ToSheet, FromSheet>({
    origin,
    path: `/_sim/express/${wallet}`,
    title,
    language,
    first: () => ({ type: 'mount', options }),
    hear,
    silent: () => hear({ type: 'close' }),
  });
  const opened = openDialog({ language, title, closeLabel: texts.close, style: STYLE, content: [frame.iframe] });
  frame.iframe.focus();
  let closed = false;
  void opened.left.then(() => {
    if (!closed) hear({ type: 'close' });
  });
  return {
    send: (message) => frame.send(message),
    lock: (locked) => opened.lock(locked),
    close: () => {
      closed = true;
      frame.remove();
      opened.remove();
    },
  };
}

const finishing = new Set<() => void>();

/** Registers what to do with an open sheet when a payment has succeeded or goes on elsewhere. Answers how to take it back. */
export function onFinish(finish: () => void): () => void {
  finishing.add(finish);
  return () => finishing.delete(finish);
}

/** A payment has succeeded, or the buyer is led to the next step: no sheet may be in the way. */
export function finishSheets(): void {
  for (const finish of [...finishing]) finish();
}
