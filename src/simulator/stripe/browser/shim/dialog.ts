/** A dialog over the shop's page, in a shadow root: neither the page's styles reach it nor its styles the page. */
import type { Language } from '../shared/texts.js';

export interface DialogOptions {
  language: Language;
  title: string;
  closeLabel: string;
  /** Style of the content, besides that of every dialog. */
  style: string;
  content: readonly Node[];
}

export interface OpenDialog {
  /** Resolves when the customer closes it: with the button, Escape, or the back gesture on phones. */
  left: Promise<void>;
  /** While locked it cannot be closed. */
  lock(locked: boolean): void;
  /** Takes it away and gives the focus back. */
  remove(): void;
}

const STYLE = `
:host { all: initial; }
dialog {
  box-sizing: border-box; width: min(480px, calc(100vw - 16px)); max-height: calc(100dvh - 16px);
  padding: 0; border: 0; border-radius: 12px; background: #ffffff; color: #1f2733; overflow: hidden;
  box-shadow: 0 16px 48px rgb(0 0 0 / 35%); font: 16px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif;
}
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: rgb(15 20 30 / 60%); }
header { display: flex; align-items: center; gap: 12px; padding: 6px 6px 6px 16px; border-bottom: 1px solid #d5dae1; }
h2 { flex: 1; margin: 0; font-size: 1em; font-weight: 600; }
header button {
  display: grid; place-items: center; width: 44px; height: 44px; padding: 0; border: 0; border-radius: 8px;
  background: none; color: inherit; font: inherit; font-size: 24px; line-height: 1; cursor: pointer;
}
header button:hover { background: #eef1f5; }
button:focus-visible { outline: 2px solid #0b5fd0; outline-offset: -2px; }
`;

/** Shows the dialog at once; it stays until `remove`. */
export function openDialog(options: DialogOptions): OpenDialog {
  const host = document.createElement('div');
  host.lang = options.language;
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE + options.style);
  root.adoptedStyleSheets = [sheet];
  const dialog = document.createElement('dialog');
  dialog.setAttribute('aria-labelledby', 'title');
  const header = document.createElement('header');
  const title = document.createElement('h2');
  title.id = 'title';
  title.textContent = options.title;
  const closeButton = document.createElement('button');
  closeButton.type = 'button';
  closeButton.setAttribute('aria-label', options.closeLabel);
  closeButton.textContent = '×';
  header.append(title, closeButton);
  dialog.append(header, ...options.content);
  root.append(dialog);
  const focused = document.activeElement;
  const left = new Promise<void>((resolve) => {
    closeButton.addEventListener('click', () => resolve());
    dialog.addEventListener('close', () => resolve());
    dialog.addEventListener('cancel', (event) => {
      if (closeButton.disabled) event.preventDefault();
    });
  });
  document.body.append(host);
  dialog.showModal();
  return {
    left,
    lock: (locked) => {
      closeButton.disabled = locked;
    },
    remove: () => {
      dialog.close();
      host.remove();
      if (focused instanceof HTMLElement) focused.focus();
    },
  };
}
