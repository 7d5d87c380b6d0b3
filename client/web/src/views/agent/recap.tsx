// What the call came to, in the server's sentences. Each leads to the words that it was made from.
import { useSignal } from '@preact/signals';
import { createClient } from '@connectrpc/connect';
import { useEffect, useState } from 'preact/hooks';
import { sleep } from '../../api/backoff';
import { said, transport, trouble } from '../../api/clients';
import { Summaries, SummaryPart, type Summary, type SummarySentence } from '../../gen/attune/v1/summary_pb';
import { words } from '../../i18n';
import { PARTS_OF_SUMMARY, name } from '../../i18n/names';
import type { CallStore } from '../../state/call';

const summaries = createClient(Summaries, transport);

/** A call that has just ended may not be on record yet: so often it is asked for, so many ms apart. */
const TRIES = 4;
const APART_MS = 250;

/** The summary; `undefined` while it is asked for, and in words why there is none. */
export function useRecap(callId: string): Summary | string | undefined {
  const [got, setGot] = useState<Summary | string>();
  useEffect(() => {
    const abort = new AbortController();
    get(callId, abort.signal).then(setGot, (error: unknown) => !abort.signal.aborted && setGot(said(error)));
    return () => abort.abort();
  }, [callId]);
  return got;
}

async function get(callId: string, signal: AbortSignal): Promise<Summary> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await summaries.getSummary({ callId }, { signal });
    } catch (error) {
      if (signal.aborted || attempt === TRIES || trouble(error) === 'denied') throw error;
      await sleep(APART_MS, signal);
    }
  }
}

export function Recap({ store, summary }: { store: CallStore; summary: Summary | string }) {
  const t = words.value;
  const told = useSignal('');
  if (typeof summary === 'string') return <p class="none-yet">{summary}</p>;
  const { sentences } = summary;
  const parts = Object.keys(PARTS_OF_SUMMARY).map(Number) as SummaryPart[];
  const copy = async () => {
    const lines = sentences.map((sentence) => `${name(PARTS_OF_SUMMARY, sentence.part, t) ?? ''}: ${plain(sentence)}`);
    try {
      await navigator.clipboard.writeText(lines.join('\n'));
      told.value = t.recapCopied;
    } catch {
      told.value = t.recapNotCopied;
    }
  };
  return (
    <div class="recap">
      {sentences.length === 0 && <p class="none-yet">{t.recapNothing}</p>}
      {sentences.length > 0 && (
        <dl lang={summary.languageCode}>
          {parts.map((part) => {
            const own = sentences.filter((sentence) => sentence.part === part);
            if (own.length === 0) return null;
            return (
              <div key={part}>
                <dt>{name(PARTS_OF_SUMMARY, part, t)}</dt>
                {own.map((sentence, i) => (
                  <dd key={i}>
                    <Sentence sentence={sentence} store={store} />
                  </dd>
                ))}
              </div>
            );
          })}
        </dl>
      )}
      <p class="row">
        {sentences.length > 0 && (
          <button type="button" class="button" onClick={() => void copy()}>
            {t.recapCopy}
          </button>
        )}
        <span class="noted" role="status">
          {told.value}
        </span>
      </p>
    </div>
  );
}

/** Its words, and by when it was promised; pressed, the transcript shows where it was said. */
function Sentence({ sentence, store }: { sentence: SummarySentence; store: CallStore }) {
  const t = words.value;
  const said = sentence.sources.map(({ utteranceId }) => utteranceId).filter((id) => id !== '');
  const shown = said.length > 0 && said.every((id) => store.pointed.value.includes(id));
  const about = (
    <>
      {sentence.text}
      {sentence.when && <span class="by-when">{sentence.when}</span>}
    </>
  );
  // A curve of the mood has no utterance to lead to.
  if (said.length === 0) return <p>{about}</p>;
  return (
    <button type="button" aria-pressed={shown} title={t.recapShow} onClick={() => (store.pointed.value = shown ? [] : said)}>
      {about}
    </button>
  );
}

function plain({ text, when }: SummarySentence): string {
  return when && !text.includes(when) ? `${text} (${when})` : text;
}
