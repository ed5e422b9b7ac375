/** A question before the page, answered by one of two buttons. Escape says no, and the focus goes back to where it was. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface DialogProps {
  title: string;
  children?: ComponentChildren;
  /** Where it was asked from: in a frame as high as its page nobody knows what is in sight, but that was. */
  near?: HTMLElement | undefined;
  onCancel?: () => void;
}

/** Room above the button it was asked from. */
const ABOVE_PX = 140;

/** Keeps everything behind it out of reach while it is shown. */
export function Dialog({ title, children, near, onCancel }: DialogProps): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    dialog.showModal();
    if (window.parent !== window && near !== undefined) {
      const lowest = Math.max(8, document.documentElement.clientHeight - dialog.offsetHeight - 8);
      const wanted = near.getBoundingClientRect().top - ABOVE_PX;
      dialog.style.marginTop = `${Math.min(Math.max(8, wanted), lowest)}px`;
    }
    return () => {
      dialog.close();
      near?.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        onCancel?.();
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}
