/** The whole page: signing in, then the app as it is connected, its settings, and the way out. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askCatalogue, type Session } from './calls.js';
import { Heading, Missing, StateCards } from './cards.js';
import { Dialog } from './dialog.js';
import type { Catalogue, Facts, PageFacts } from './facts.js';
import { useLanguage } from './language.js';
import { Leave } from './leave.js';
import { SettingsForm } from './settings-form.js';
import { SignIn } from './sign-in.js';

/** The shop fetches its messages, and the PSP takes an address, within seconds. */
const LOOK_AGAIN_MS = 3000;
const LOOKS = 20;

/** The whole page. */
export function App(props: { facts: PageFacts }): JSX.Element {
  const facts = useLanguage(props.facts);
  const { words } = facts;
  const { session, catalogue, isOver, enter, end, reread } = useCatalogue(facts);
  if (session === undefined || catalogue === undefined) {
    return (
      <section class="card pad entrance" aria-labelledby="entrance-title">
        <h1 class="heading" id="entrance-title">
          {words.title}
        </h1>
        <SignIn facts={facts} onSession={enter} />
      </section>
    );
  }
  const common = { facts, session, catalogue, onOver: end };
  return (
    <>
      <div class="catalogue-top">
        <Heading catalogue={catalogue} words={words} />
        <button type="button" class="small" onClick={() => location.reload()} data-testid="sign-out">
          {words.signOut}
        </button>
      </div>
      <Missing catalogue={catalogue} words={words} />
      <div class="catalogue-columns">
        <SettingsForm {...common} onSaved={reread} />
        <aside class="stack" aria-label={words.facts}>
          <StateCards catalogue={catalogue} words={words} />
          <Leave {...common} onLeft={reread} />
        </aside>
      </div>
      {isOver && (
        <Dialog title={words.signInTitle}>
          <p class="note">{words.signInAgain}</p>
          <SignIn facts={facts} again={session} onSession={enter} />
        </Dialog>
      )}
    </>
  );
}

/** Who is signed in, and what is known of the tenant. */
function useCatalogue({ words, language }: Facts) {
  const [session, setSession] = useState<Session>();
  const [catalogue, setCatalogue] = useState<Catalogue>();
  /** The token has ended: everything stays as it is until there is another one. */
  const [isOver, setOver] = useState(false);
  const [looks, setLooks] = useState(0);
  /** How often something has changed: what was asked before is not shown after. */
  const changes = useRef(0);

  const enter = async (entered: Session): Promise<string | undefined> => {
    const { status, body } = await askCatalogue(entered, language);
    if (status === 0) return words.noNetwork;
    if (status !== 200) return status < 500 ? words.wrongToken : words.failed;
    const isFirst = catalogue === undefined;
    setSession(entered);
    setCatalogue(body);
    setOver(false);
    if (isFirst) setTimeout(() => document.getElementById('heading')?.focus());
    return undefined;
  };
  const look = async (count: number): Promise<Catalogue | undefined> => {
    if (session === undefined) return undefined;
    if (count === 0) changes.current += 1;
    const seen = changes.current;
    const { status, body } = await askCatalogue(session, language);
    if (seen !== changes.current) return undefined;
    setLooks(count);
    if (status === 401) setOver(true);
    if (status !== 200) return undefined;
    setCatalogue(body);
    return body;
  };
  useEffect(() => {
    if (catalogue === undefined || !isUnsettled(catalogue) || isOver || looks >= LOOKS) return undefined;
    const timer = setTimeout(() => void look(looks + 1), LOOK_AGAIN_MS);
    return () => clearTimeout(timer);
  }, [catalogue, isOver, looks]);
  useEffect(() => void look(0), [language]);
  return { session, catalogue, isOver, enter, end: () => setOver(true), reread: () => look(0) };
}

/** Something is on its way that comes by itself. */
function isUnsettled({ missing, webhooks }: Catalogue): boolean {
  return missing.includes('methods_untold') || webhooks.some(({ state }) => state === 'asked');
}
