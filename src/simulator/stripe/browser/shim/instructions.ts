/** The instructions of a bank transfer in a dialog: amount, account and reference to copy, and their own page. */
import type { TransferInstructions } from '../shared/errors.js';
import { textsIn, type Language, type Texts } from '../shared/texts.js';
import { openDialog } from './dialog.js';

const STYLE = `
.content { padding: 16px; overflow: auto; outline: none; }
p { margin: 0 0 12px; }
dl { margin: 0 0 16px; border: 1px solid #d5dae1; border-radius: 8px; }
dl > div { display: grid; grid-template-columns: minmax(0, 1fr) auto; align-items: center; column-gap: 8px; padding: 8px 8px 8px 12px; }
dl > div + div { border-top: 1px solid #d5dae1; }
dt { grid-column: 1; color: #4d5866; font-size: .875em; }
dd { grid-column: 1; margin: 0; font-weight: 600; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
dd.action { grid-column: 2; grid-row: 1 / span 2; }
.copy {
  min-width: 88px; min-height: 44px; padding: 0 12px; border: 1px solid #767f8c; border-radius: 8px; background: #ffffff;
  color: #0b5fd0; font: inherit; font-size: .875em; cursor: pointer;
}
.copy:hover { background: #eef1f5; }
a { display: inline-block; padding: 10px 0; color: #0b5fd0; }
.done {
  width: 100%; min-height: 48px; margin-top: 8px; border: 0; border-radius: 8px; background: #0b5fd0; color: #ffffff;
  font: inherit; font-weight: 600; cursor: pointer;
}
.done:focus-visible, .copy:focus-visible, a:focus-visible { outline: 2px solid #0b5fd0; outline-offset: 2px; }
.told { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
`;

/** Resolves when the customer has closed the dialog; the instructions hold until the money is there. */
export async function showInstructions(told: TransferInstructions, language: Language): Promise<void> {
  const texts = textsIn(language);
  const status = create('div', { class: 'told', role: 'status' });
  const rows = rowsOf(told, texts, language).map((row) => createRow(row, texts, status));
  const done = create('button', { class: 'done', type: 'button' }, texts.transferDone);
  const content = create(
    'div',
    { class: 'content', tabindex: '-1' },
    create('p', {}, texts.transferText),
    create('dl', {}, ...rows),
  );
  const hosted = hostedPage(told, language);
  if (hosted) content.append(create('a', { href: hosted, target: '_blank', rel: 'noopener' }, texts.transferHosted));
  content.append(done, status);
  const { transferTitle: title, close: closeLabel } = texts;
  const opened = openDialog({ language, title, closeLabel, style: STYLE, content: [content] });
  // From the top: on a small screen the button is below everything that is to be read.
  content.focus();
  await Promise.race([opened.left, new Promise((resolve) => done.addEventListener('click', resolve))]);
  opened.remove();
}

interface Row {
  name: string;
  shown: string;
  /** What the button copies; nothing to copy without it. */
  copied?: string;
}

function rowsOf(told: TransferInstructions, texts: Texts, language: Language): Row[] {
  const account = told.financial_addresses?.find(({ iban }) => iban)?.iban;
  const { amount_remaining: minor, currency, reference } = told;
  const rows: Row[] = [];
  if (minor !== null && currency) rows.push({ name: texts.transferAmount, ...money(minor, currency, language) });
  if (account) {
    rows.push({ name: texts.transferHolder, shown: account.account_holder_name });
    rows.push({ name: texts.iban, shown: account.iban.replace(/(.{4})(?=.)/g, '$1 '), copied: account.iban });
    rows.push({ name: 'BIC', shown: account.bic, copied: account.bic });
  }
  if (reference) rows.push({ name: texts.transferReference, shown: reference, copied: reference });
  return rows;
}

/** An amount as people read it, and as a bank's form takes it. */
function money(minor: number, currency: string, language: Language): { shown: string; copied: string } {
  const format = new Intl.NumberFormat(language, { style: 'currency', currency });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  const amount = minor / 10 ** decimals;
  const plain = { minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: false };
  return { shown: format.format(amount), copied: new Intl.NumberFormat(language, plain).format(amount) };
}

function createRow({ name, shown, copied }: Row, texts: Texts, status: HTMLElement): HTMLElement {
  const value = create('dd', {}, shown);
  const row = create('div', {}, create('dt', {}, name), value);
  if (copied === undefined) return row;
  const button = create(
    'button',
    { class: 'copy', type: 'button', 'aria-label': `${texts.copy}: ${name}` },
    texts.copy,
  );
  button.addEventListener('click', () => {
    void copy(copied, value).then((isCopied) => {
      if (!isCopied) return;
      button.textContent = texts.copied;
      status.textContent = `${texts.copied}: ${name}`;
    });
  });
  row.append(create('dd', { class: 'action' }, button));
  return row;
}

/** Browsers give the clipboard to secure pages only; elsewhere the value is marked, ready to be copied by hand. */
async function copy(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}

/** Only http addresses become a link. */
function hostedPage(told: TransferInstructions, language: Language): string | undefined {
  if (!/^https?:\/\//.test(told.hosted_instructions_url ?? '')) return undefined;
  const url = new URL(told.hosted_instructions_url ?? '');
  url.searchParams.set('locale', language);
  return url.href;
}

function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}
