// Figures of many calls: pictures first, tables under them, a file of them, and paper.
import { useSignal } from '@preact/signals';
import { createClient } from '@connectrpc/connect';
import { useEffect, useState } from 'preact/hooks';
import { said, transport, trouble } from '../../api/clients';
import { Figures, ReportBy, type Change, type Figure, type FigureValue, type Report, type ReportGroup } from '../../gen/attune/v1/figures_pb';
import { fill, lang, number, percent, words } from '../../i18n';
import { Top } from '../../ui/top';
import { TokenNeeded } from '../token';
import { Curve } from './curve';
import { csv, dayOf, shown, valueOf } from './figures';
import '../coach/coach.css';
import './reports.css';

const figures = createClient(Figures, transport);

type Loaded = { report: Report } | { denied: true } | { why: string };

export default function Reports() {
  const t = words.value;
  const by = useSignal(ReportBy.TEAM);
  const project = useSignal('');
  const projects = useSignal<readonly string[]>([]);
  const [from, to] = [useSignal(''), useSignal('')];
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    document.title = `${t.reports} · Attune`;
  }, [t]);
  useEffect(() => {
    const abort = new AbortController();
    const request = { by: by.value, fromDate: from.value, toDate: to.value, project: project.value, languageCode: lang.value };
    figures.getReport(request, { signal: abort.signal }).then(
      (report) => setLoaded({ report }),
      (error: unknown) => {
        if (!abort.signal.aborted) setLoaded(trouble(error) === 'denied' ? { denied: true } : { why: said(error) });
      },
    );
    return () => abort.abort();
  }, [by.value, from.value, to.value, project.value, lang.value, attempt]);
  useEffect(() => {
    // Without them all projects are shown together; what is wrong is told by the report itself.
    figures.getReport({ by: ReportBy.PROJECT, fromDate: from.value, toDate: to.value }).then(
      ({ groups }) => (projects.value = groups.map(({ key }) => key).filter((key) => key !== '')),
      () => undefined,
    );
  }, [from.value, to.value, attempt]);
  if (loaded && 'denied' in loaded) return <TokenNeeded retry={() => setAttempt(attempt + 1)} />;
  const report = loaded && 'report' in loaded ? loaded.report : undefined;
  const kinds: [ReportBy, string][] = [
    [ReportBy.TEAM, t.byTeam],
    [ReportBy.PROJECT, t.byProject],
    [ReportBy.DAY, t.byDay],
    [ReportBy.ISSUE, t.byIssue],
  ];
  return (
    <div class="page reports">
      <Top />
      <main>
        <header class="page-head">
          <h1>{t.reports}</h1>
          <p class="lead">{report ? `${dayOf(report.fromDate, 'long')} – ${dayOf(report.toDate, 'long')}` : t.reportsLead}</p>
        </header>
        <form class="row wishes" onSubmit={(event) => event.preventDefault()}>
          <label class="field">
            {t.reportBy}
            <select value={by.value} onChange={(event) => (by.value = Number(event.currentTarget.value))}>
              {kinds.map(([kind, label]) => (
                <option key={kind} value={kind}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          {projects.value.length > 1 && (
            <label class="field">
              {t.reportProject}
              <select value={project.value} onChange={(event) => (project.value = event.currentTarget.value)}>
                <option value="">{t.reportTotal}</option>
                {projects.value.map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
          )}
          <label class="field">
            {t.reportFrom}
            <input type="date" value={from.value || report?.fromDate} onChange={(event) => (from.value = event.currentTarget.value)} />
          </label>
          <label class="field">
            {t.reportTo}
            <input type="date" value={to.value || report?.toDate} onChange={(event) => (to.value = event.currentTarget.value)} />
          </label>
        </form>
        {loaded && 'why' in loaded && <p role="alert">{loaded.why}</p>}
        {report && <Told report={report} daily={by.value === ReportBy.DAY} />}
      </main>
    </div>
  );
}

function Told({ report, daily }: { report: Report; daily: boolean }) {
  const t = words.value;
  const { total, groups, changes } = report;
  const told = report.figures.filter((figure) => total && valueOf(total.values, figure));
  const save = () => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([csv(report)], { type: 'text/csv' }));
    link.download = `attune-${report.fromDate}-${report.toDate}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };
  if (!total || total.calls === 0n) return <p class="none panel">{t.reportNothing}</p>;
  // Where the group is too small to hide people, the server gives its size and nothing else.
  if (told.length === 0) return <p class="none panel">{fill(t.reportTooFew, number(Number(total.calls)), report.minAgents, report.minCalls)}</p>;
  return (
    <>
      <section class="pictures" aria-label={t.reportPictures}>
        {told.map((figure) => (
          <Picture key={figure.figureId} daily={daily} figure={figure} total={total} groups={groups} change={changes.find(({ figureId }) => figureId === figure.figureId)} />
        ))}
      </section>
      {report.withheldGroups > 0 && <p class="quiet-line">{fill(t.reportWithheld, report.withheldGroups, report.minAgents, report.minCalls)}</p>}
      <Causes report={report} />
      <div class="row print-hidden">
        <button type="button" class="button" onClick={save}>
          {t.reportCsv}
        </button>
        <button type="button" class="button" onClick={() => print()}>
          {t.reportPrint}
        </button>
      </div>
      <Table figures={told} total={total} groups={groups} />
      <ul class="report-notes">
        {report.notes.map((note) => (
          <li key={note}>{note}</li>
        ))}
      </ul>
    </>
  );
}

interface PictureProps {
  daily: boolean;
  figure: Figure;
  total: ReportGroup;
  groups: readonly ReportGroup[];
  change: Change | undefined;
}

/** A figure of all calls, and under it that of each group; day by day it is a curve. */
function Picture({ daily, figure, total, groups, change }: PictureProps) {
  const t = words.value;
  const whole = valueOf(total.values, figure);
  if (!whole) return null;
  const rows = groups.flatMap((group) => {
    const value = valueOf(group.values, figure);
    return value ? [{ key: group.key, ...value }] : [];
  });
  return (
    <figure class="picture panel">
      <figcaption title={figure.formula}>
        <span class="eyebrow">{figure.name}</span>
        <strong class="num">{shown(figure.unit, whole.value)}</strong>
        <small class="num">
          {shown(figure.unit, whole.low)} – {shown(figure.unit, whole.high)}
          {change?.before && ` · ${t.reportBefore} ${shown(figure.unit, change.before.value)}`}
        </small>
      </figcaption>
      {daily && rows.length > 1 ? <Curve figure={figure} days={rows} whole={whole} /> : <Dots figure={figure} rows={rows} whole={whole} />}
      {figure.counterweight && (
        <p class="quiet-line">
          {t.reportBeside} {figure.counterweight}
        </p>
      )}
    </figure>
  );
}

/** Each group's value with its interval of 95 %, on a scale of their own; the line is the whole. */
function Dots({ figure, rows, whole }: { figure: Figure; rows: readonly (FigureValue & { key: string })[]; whole: FigureValue }) {
  const t = words.value;
  const ends = [...rows, whole].flatMap(({ low, high }) => [low, high]).filter(Number.isFinite);
  const [least, most] = [Math.min(...ends), Math.max(...ends)];
  const x = (value: number) => 4 + ((value - least) / (most - least || 1)) * 92;
  if (rows.length === 0) return null;
  return (
    <ol class="dots">
      {rows.map(({ key, value, low, high }) => (
        <li key={key}>
          <span class="dot-name" title={key}>
            {key || t.reportNoName}
          </span>
          <span class="dot-scale" role="img" aria-label={`${shown(figure.unit, value)}, ${shown(figure.unit, low)} – ${shown(figure.unit, high)}`}>
            <i class="whole" style={{ left: `${x(whole.value)}%` }} />
            <i class="reach" style={{ left: `${x(low)}%`, width: `${Math.max(0, x(high) - x(low))}%` }} />
            <i class="dot" style={{ left: `${x(value)}%` }} />
          </span>
          <span class="num">{shown(figure.unit, value)}</span>
        </li>
      ))}
    </ol>
  );
}

function Causes({ report }: { report: Report }) {
  const t = words.value;
  const causes = report.changes.flatMap(({ possibleCauses }) => possibleCauses.map(({ text }) => text));
  return (
    <>
      {causes.length > 0 && (
        <section class="panel list" aria-labelledby="causes">
          <h2 id="causes" class="eyebrow">
            {t.reportCauses}
          </h2>
          <ul>
            {causes.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </section>
      )}
      {report.nextIssues.length > 0 && (
        <section class="panel list" aria-labelledby="next-issues">
          <h2 id="next-issues" class="eyebrow">
            {t.reportNext}
          </h2>
          <ul>
            {report.nextIssues.map(({ issue, nextIssue, share, followed, calls }) => (
              <li key={`${issue} ${nextIssue}`} class="next">
                <span>
                  {issue} → {nextIssue}
                </span>
                <span class="share-bar" aria-hidden="true">
                  <i style={{ width: percent(share).replace(' ', '') }} />
                </span>
                <span class="num">
                  {percent(share)} ({number(Number(followed))} / {number(Number(calls))})
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {report.satisfactionGrowth && <p class="quiet-line">{report.satisfactionGrowth.caution}</p>}
    </>
  );
}

function Table({ figures, total, groups }: { figures: readonly Figure[]; total: ReportGroup; groups: readonly ReportGroup[] }) {
  const t = words.value;
  return (
    <div class="table-box panel" tabIndex={0} role="region" aria-label={t.reportTable}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.reportGroup}</th>
            <th scope="col">{t.navCalls}</th>
            {figures.map(({ figureId, name }) => (
              <th key={figureId} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...groups, { ...total, key: t.reportTotal }].map((group) => (
            <tr key={group.key}>
              <th scope="row">{group.key || t.reportNoName}</th>
              <td class="num">{number(Number(group.calls))}</td>
              {figures.map((figure) => {
                const value = valueOf(group.values, figure);
                return (
                  <td key={figure.figureId} class="num">
                    {value ? shown(figure.unit, value.value) : '–'}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
