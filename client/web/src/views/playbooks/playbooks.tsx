// The notes, for the people who write them: every file, or one of them to change.
import { useEffect, useState } from 'preact/hooks';
import { said, trouble } from '../../api/clients';
import type { ListPlaybooksResponse } from '../../gen/attune/v1/editor_pb';
import { fill, words } from '../../i18n';
import { go, route } from '../../router';
import { Icon } from '../../ui/icons';
import { Link, Top } from '../../ui/top';
import { TokenNeeded } from '../token';
import { Editor } from './editor';
import { editor } from './service';
import '../coach/coach.css';
import './comparison.css';
import './playbooks.css';

type Loaded = { list: ListPlaybooksResponse } | { denied: true } | { why: string };

export default function Playbooks() {
  const t = words.value;
  const file = route.value.query.get('file');
  const [loaded, setLoaded] = useState<Loaded>();
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    document.title = `${file ?? t.playbooks} · Attune`;
  }, [t, file]);
  useEffect(() => {
    editor.listPlaybooks({}).then(
      (list) => setLoaded({ list }),
      (error: unknown) => setLoaded(trouble(error) === 'denied' ? { denied: true } : { why: said(error) }),
    );
  }, [file, attempt]);
  if (loaded && 'denied' in loaded) return <TokenNeeded retry={() => setAttempt(attempt + 1)} />;
  return (
    <div class="page playbooks">
      <Top />
      {file && loaded && 'list' in loaded ? (
        <Editor key={file} file={file} editable={loaded.list.editable} />
      ) : (
        <main>
          <header class="page-head">
            <h1>{t.playbooks}</h1>
            <p class="lead">{t.playbooksLead}</p>
          </header>
          {loaded && 'why' in loaded && <p role="alert">{loaded.why}</p>}
          {loaded && 'list' in loaded && <List list={loaded.list} />}
        </main>
      )}
    </div>
  );
}

/** What a server that has no directory of its own is to be started with. */
const HOW = `mkdir playbooks
printf '[playbook]\\nname = "Ours"\\nextends = "en"\\n' > playbooks/en.toml
attune-server serve --playbooks playbooks`;

function List({ list: { playbooks, editable } }: { list: ListPlaybooksResponse }) {
  const t = words.value;
  return (
    <>
      {!editable && (
        <section class="panel how" aria-labelledby="how">
          <h2 id="how">{t.pbFixed}</h2>
          <p>{t.pbFixedHow}</p>
          <pre tabIndex={0}>{HOW}</pre>
        </section>
      )}
      <ul class="calls panel">
        {playbooks.map(({ file, project, name, version, languageCode, notes, problems }) => (
          <li key={file}>
            <Link view="playbooks" query={{ file }}>
              <strong>{file}</strong>
              <span class="about-file">
                {[name, version].filter(Boolean).join(' ')}
                <small>{[project || t.pbDefault, languageCode].filter(Boolean).join(' · ')}</small>
              </span>
              {problems.length > 0 ? (
                <span class="pill broken">{fill(t.pbMistakes, problems.length)}</span>
              ) : (
                <span class="num length">{fill(t.pbNotes, notes)}</span>
              )}
              <Icon name="forward" />
            </Link>
          </li>
        ))}
      </ul>
      {editable && <NewFile />}
    </>
  );
}

function NewFile() {
  const t = words.value;
  const [name, setName] = useState('');
  const submit = (event: Event) => {
    event.preventDefault();
    go('playbooks', { file: name.endsWith('.toml') ? name : `${name}.toml` });
  };
  return (
    <form class="panel new-file" onSubmit={submit}>
      <label class="field">
        {t.pbNew}
        <input value={name} required pattern="[A-Za-z0-9_\-][A-Za-z0-9._\-]{0,58}" autocomplete="off" placeholder="travel.en.toml" onInput={(event) => setName(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button">
        {t.open}
      </button>
      <p class="hint">{t.pbNewHint}</p>
    </form>
  );
}
