/** Disconnecting: our question, then the app's own questions with its own labels, until it is done or called off. */
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { askDisconnect, type Session } from './calls.js';
import { isConnected } from './cards.js';
import { Dialog } from './dialog.js';
import type { Catalogue, Facts } from './facts.js';

interface LeaveProps {
  facts: Facts;
  session: Session;
  catalogue: Catalogue;
  onOver(): void;
  /** Reads everything again. */
  onLeft(): Promise<Catalogue | undefined>;
}

/** What is asked right now. `answers`: those given to the app's questions before this one. */
interface Question {
  title: string;
  text?: string;
  ok: string;
  cancel: string;
  answers: readonly string[];
  /** The app asks: it wants to hear a no as well. */
  isApps: boolean;
}

/** The card. While the app is not connected it only says what became of it. */
export function Leave(props: LeaveProps): JSX.Element | null {
  const { words } = props.facts;
  const { question, said, isBusy, begin, agree, decline } = useLeaving(props);
  const button = useRef<HTMLButtonElement>(null);
  if (!isConnected(props.catalogue)) {
    return <div role="status">{said !== undefined && <p class="note">{said.text}</p>}</div>;
  }
  return (
    <section class="card pad" aria-labelledby="leave-title">
      <h2 id="leave-title">{words.disconnectTitle}</h2>
      <p class="help">{words.disconnectLead}</p>
      <div role="status" data-testid="leave-outcome">
        {said !== undefined && <p class={said.isBad ? 'alert' : 'note'}>{said.text}</p>}
      </div>
      <button ref={button} type="button" class="button danger" onClick={begin} data-testid="disconnect">
        {words.disconnect}
      </button>
      {question !== undefined && (
        <Dialog
          key={`${question.isApps} ${question.answers.length}`}
          title={question.title}
          near={button.current ?? undefined}
          onCancel={() => !isBusy && decline(question)}
        >
          {question.text !== undefined && <p>{question.text}</p>}
          <Answers question={question} isBusy={isBusy} agree={agree} decline={decline} />
        </Dialog>
      )}
    </section>
  );
}

interface AnswersProps {
  question: Question;
  isBusy: boolean;
  agree(question: Question): void;
  decline(question: Question): void;
}

/** The harmless one comes first and has the focus. */
function Answers({ question, isBusy, agree, decline }: AnswersProps): JSX.Element {
  return (
    <div class="actions">
      <button
        type="button"
        class="button plain"
        disabled={isBusy}
        onClick={() => decline(question)}
        data-testid="dialog-cancel"
      >
        {question.cancel}
      </button>
      <button
        type="button"
        class="button danger"
        disabled={isBusy}
        onClick={() => agree(question)}
        data-testid="dialog-ok"
      >
        {question.ok}
      </button>
    </div>
  );
}

/** The way out, question by question. */
function useLeaving({ facts, session, onOver, onLeft }: LeaveProps) {
  const { words, language } = facts;
  const [question, setQuestion] = useState<Question>();
  const [said, setSaid] = useState<{ text: string; isBad: boolean }>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => setSaid(undefined), [language]);
  const send = async (answers: readonly string[]): Promise<void> => {
    setBusy(true);
    const { status, body } = await askDisconnect(session, language, answers);
    // Said only when the page shows it as well.
    if (status === 204) await onLeft();
    setBusy(false);
    setQuestion(undefined);
    const [first] = body.errors ?? [];
    if (status === 204) return setSaid({ text: words.disconnected, isBad: false });
    if (status === 401) return onOver();
    if (status === 409 && first?.confirm != null) {
      const { labelOk: ok, labelCancel: cancel } = first.confirm;
      return setQuestion({ title: first.message, ok, cancel, answers, isApps: true });
    }
    if (status === 400 && answers.at(-1) === 'false')
      return setSaid({ text: `${words.kept} ${first?.message ?? ''}`, isBad: false });
    setSaid({ text: status === 0 ? words.noNetwork : (first?.message ?? words.failed), isBad: true });
  };
  const begin = (): void => {
    if (isBusy) return;
    setSaid(undefined);
    const { disconnectQuestion: title, disconnectText: text, disconnect: ok, cancel } = words;
    setQuestion({ title, text, ok, cancel, answers: [], isApps: false });
  };
  const agree = ({ answers, isApps }: Question): void => void send(isApps ? [...answers, 'true'] : answers);
  const decline = ({ answers, isApps }: Question): void =>
    isApps ? void send([...answers, 'false']) : setQuestion(undefined);
  return { question, said, isBusy, begin, agree, decline };
}
