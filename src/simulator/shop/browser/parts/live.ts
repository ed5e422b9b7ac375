/**
 * Sections marked data-live renew themselves: after every change the page is fetched again and what differs is
 * replaced. Opened details, chosen options and the focus stay.
 */

const GATHER_MS = 120;
/** What the server last sent for each section; the section on the page differs from it when details are open. */
const lastSent = new Map<string, string>();
let isFetching = false;
let isDue = false;
let timer = 0;

/** Listens to the shop while the page is visible. */
export function followChanges(): void {
  const sections = () => document.querySelectorAll('[data-live]');
  if (sections().length === 0) return;
  for (const section of sections()) lastSent.set(section.id, section.outerHTML);
  let source: EventSource | undefined;
  const follow = () => {
    // Browsers allow few connections to one host; a hidden page needs none.
    if (document.hidden) {
      source?.close();
      source = undefined;
    } else if (source === undefined) {
      source = new EventSource('/changes');
      source.addEventListener('change', renewSoon);
      // Also after a break, in which changes may have been missed.
      source.addEventListener('open', renewSoon);
    }
  };
  document.addEventListener('visibilitychange', follow);
  // A page kept for the back button would hold on to its connection.
  window.addEventListener('pagehide', () => {
    source?.close();
    source = undefined;
  });
  window.addEventListener('pageshow', follow);
  follow();
}

function renewSoon(): void {
  clearTimeout(timer);
  timer = window.setTimeout(() => void renew(), GATHER_MS);
}

async function renew(): Promise<void> {
  if (isFetching) {
    isDue = true;
    return;
  }
  isFetching = true;
  try {
    // A page that answered a form has no address of its own to fetch.
    const address = document.querySelector<HTMLElement>('body')?.dataset['path'] ?? location.href;
    const response = await fetch(address, { headers: { accept: 'text/html' } });
    if (response.ok) replaceSections(new DOMParser().parseFromString(await response.text(), 'text/html'));
  } catch {
    // The shop is away; the stream tells when it is back.
  } finally {
    isFetching = false;
    if (isDue) {
      isDue = false;
      renewSoon();
    }
  }
}

function replaceSections(fresh: Document): void {
  for (const section of document.querySelectorAll<HTMLElement>('[data-live]')) {
    const next = fresh.getElementById(section.id);
    if (next === null || next.outerHTML === lastSent.get(section.id)) continue;
    lastSent.set(section.id, next.outerHTML);
    keepChoices(section, next);
    const focusedId = section.contains(document.activeElement) ? document.activeElement?.id : undefined;
    section.replaceWith(document.adoptNode(next));
    if (focusedId) document.getElementById(focusedId)?.focus();
    announce(next);
  }
}

function keepChoices(present: Element, next: Element): void {
  for (const details of present.querySelectorAll<HTMLDetailsElement>('details[open]')) {
    next.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute('open', '');
  }
  for (const chosen of present.querySelectorAll<HTMLInputElement>('input:checked')) {
    const same = next.querySelector<HTMLInputElement>(
      `input[name="${CSS.escape(chosen.name)}"][value="${CSS.escape(chosen.value)}"]`,
    );
    if (same !== null) same.checked = true;
  }
  for (const typed of present.querySelectorAll<HTMLInputElement>('input[id]:not([type=checkbox], [type=radio])')) {
    const same = next.querySelector<HTMLInputElement>(`#${CSS.escape(typed.id)}`);
    if (same !== null && typed.value !== typed.defaultValue) same.value = typed.value;
  }
}

function announce(section: Element): void {
  const told = section.querySelector<HTMLElement>('[data-announce]')?.dataset['announce'];
  const announcement = document.getElementById('announcement');
  if (told !== undefined && announcement !== null && announcement.textContent !== told) announcement.textContent = told;
}
