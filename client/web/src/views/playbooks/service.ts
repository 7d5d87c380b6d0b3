// Playbooks as the server keeps them.
import { createClient } from '@connectrpc/connect';
import { transport } from '../../api/clients';
import type { Transcript } from '../../gen/attune/v1/call_pb';
import { PlaybookEditor } from '../../gen/attune/v1/editor_pb';
import { CallStore, type Card } from '../../state/call';

export const editor = createClient(PlaybookEditor, transport);

/** A text, and what tells it from any other. */
export interface Kept {
  readonly text: string;
  readonly etag: string;
}

/** The text of a file; an empty one where there is none yet. */
export async function textOf(file: string): Promise<Kept> {
  const { text, etag } = await editor.getPlaybook({ file });
  return { text, etag };
}

/** A playbook as it is in its file, or with the text that somebody is writing. */
export interface Variant {
  readonly file: string;
  readonly text?: string;
}

/** The cards that a playbook brings in a call. */
export async function cardsOf({ file, text = '' }: Variant, lines: Transcript[]): Promise<readonly Card[]> {
  const { events } = await editor.tryPlaybookOnCall({ file, text, lines });
  const store = new CallStore('');
  store.fold(events);
  return store.cards.value;
}
