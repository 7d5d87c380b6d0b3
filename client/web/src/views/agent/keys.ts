// The keyboard: 1-3 use, Escape puts away, letters open, ? helps.
import type { Signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { FeedbackKind } from '../../gen/attune/v1/call_pb';
import { isOpen } from '../../state/call';
import type { Session } from '../../state/session';
import { shortcuts } from '../../state/settings';

/** The readings of the caller that open down to their evidence. */
export const READINGS = ['colour', 'motive', 'mood', 'callerType'] as const;
export type ReadingName = (typeof READINGS)[number];
export type Opened = ReadingName | 'help' | undefined;

const LETTERS: Partial<Record<string, Opened>> = { c: 'colour', m: 'motive', f: 'mood', t: 'callerType', '?': 'help' };

export function useKeys(session: Session, opened: Signal<Opened>): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (event.key === 'Escape') {
        if (opened.value !== undefined) opened.value = undefined;
        else putAwayNewest(session);
        event.preventDefault();
        return;
      }
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select, [contenteditable]');
      if (typing || !shortcuts.value) return;
      const card = session.store.value.board.value[Number(event.key) - 1];
      const letter = LETTERS[event.key.toLowerCase()];
      if (isOpen(card)) void session.feedback(card.suggestion.suggestionId, FeedbackKind.USED);
      else if (letter !== undefined) opened.value = opened.value === letter ? undefined : letter;
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [session, opened]);
}

function putAwayNewest(session: Session): void {
  const newest = session.store.value.board.value.filter(isOpen).sort((a, b) => b.shown - a.shown)[0];
  if (newest) void session.feedback(newest.suggestion.suggestionId, FeedbackKind.DISMISSED);
}
