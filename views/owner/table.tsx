import type { Child } from 'hono/jsx';
import { showInstant } from '../../machines/calendar.ts';
import { humanise } from '../../machines/definition.ts';
import type { Field, KeyedField } from '../../machines/fields/field.ts';
import type { Instant } from '../../machines/values.ts';
import { paths } from '../paths.ts';
import { OwnerPage } from './frame.tsx';
import { counted, publisherWords } from './words.ts';

/** A row in the editor. `own`: the place that it has in the table; null for a row that is new. */
export type EditorRow = {
  own: number | null;
  place: string;
  typed: Record<string, string[]>;
  removed: boolean;
  problems: Record<string, string>;
  /** Whether it counts, where dates say so: `Counts from 1 January 2027`. */
  state: string;
};

/** A part of the table under edit: the rows behind the first `first` ones, `original` of them as they are kept. */
export type Editor = { basedOn: number; first: number; original: number; rows: EditorRow[]; note: string };

/** A row that differs, cell by cell, in words. */
export type ChangeLine = {
  is: 'added' | 'altered' | 'removed';
  place: number;
  cells: { label: string; before: string; after: string }[];
};

/** What came of the last act, above the editor. */
export type TableNotice =
  | { is: 'saved'; revision: number }
  | { is: 'unchanged' }
  | { is: 'wrong'; sentences: string[] }
  | { is: 'overtaken'; by: string; at: Instant; theirs: ChangeLine[]; yours: ChangeLine[]; again: 'save' | 'file' | 'restore' };

export type TableRevision = {
  revision: number;
  by: string;
  at: Instant;
  note: string;
  added: number;
  altered: number;
  removed: number;
};

export type TablePageProps = {
  owner: string;
  workflow: string;
  workflowTitle: string;
  table: string;
  tableTitle: string;
  timezone: string;
  /** With the two dates at their end. */
  columns: KeyedField[];
  editor: Editor;
  total: number;
  page: number;
  pages: number;
  notice: TableNotice | null;
  history: TableRevision[];
};

/** The editor of a lookup table: its rows, the days on which they count, files for spreadsheets, and all earlier revisions. */
export function TablePage(props: TablePageProps) {
  const { workflow, table, editor, notice, total } = props;
  return (
    <OwnerPage title={props.tableTitle} owner={props.owner} here="workflows">
      <p class="quiet">
        <a href={paths.workflow.to({ workflow })}>{props.workflowTitle}</a>
      </p>
      <h1>{props.tableTitle}</h1>
      <p class="lead">
        Runs look things up here; the first row that fits counts. What you save counts from the next step on, in runs under way
        too.
      </p>
      {notice === null ? null : <Notice notice={notice} timezone={props.timezone} />}
      <Problems editor={editor} columns={props.columns} />
      <p class="quiet">
        {total === 0 ? 'No rows yet.' : counted(total, 'row')}
        {total > editor.original && editor.original > 0
          ? `; these are ${editor.first + 1} to ${editor.first + editor.original}. Save before you turn the page.`
          : null}
      </p>
      <form method="post" action={paths.table.to({ workflow, table })}>
        <input type="hidden" name="basedOn" value={String(editor.basedOn)} />
        <input type="hidden" name="first" value={String(editor.first)} />
        <input type="hidden" name="original" value={String(editor.original)} />
        <input type="hidden" name="count" value={String(editor.rows.length)} />
        <Rows {...props} />
        <div class="field">
          <label for="note">
            Why it changes<span class="optional"> (optional)</span>
          </label>
          <input id="note" type="text" name="note" maxlength={200} value={editor.note} />
        </div>
        <p class="actions">
          <button class="button" type="submit">
            Save
          </button>
          <button class="button button-quiet" type="submit" name="act" value="add">
            Add a row
          </button>
        </p>
      </form>
      <Pages {...props} />
      <Files workflow={workflow} table={table} basedOn={editor.basedOn} />
      <History {...props} />
    </OwnerPage>
  );
}

function Rows({ columns, editor }: TablePageProps) {
  return (
    <div class="rows-scroll">
      <table class="rows">
        <thead>
          <tr>
            <th scope="col">Place</th>
            {columns.map((column) => (
              <th scope="col">{labelOf(column)}</th>
            ))}
            <th scope="col">Remove</th>
          </tr>
        </thead>
        <tbody>
          {editor.rows.map((row, index) => (
            <RowInputs columns={columns} row={row} index={index} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function RowInputs({ columns, row, index }: { columns: KeyedField[]; row: EditorRow; index: number }) {
  const name = rowName(row);
  const place = `place.${index}`;
  return (
    <tr class={row.state === '' ? undefined : 'row-dated'}>
      <td>
        <input type="hidden" name={`own.${index}`} value={row.own === null ? '' : String(row.own)} />
        <Labelled id={place} label="Place" row={name} problem={row.problems.place}>
          <input
            {...aboutOf(place, row.problems.place)}
            class="row-place"
            type="text"
            inputmode="numeric"
            name={place}
            value={row.place}
            placeholder="end"
          />
        </Labelled>
      </td>
      {columns.map((column) => (
        <td>
          <Cell column={column} row={row} index={index} />
          {column.key === 'until' && row.state !== '' ? <span class="row-state">{row.state}</span> : null}
        </td>
      ))}
      <td>
        {row.own === null ? null : (
          <label class="row-remove">
            <input type="checkbox" name={`remove.${index}`} value="yes" checked={row.removed} />
            <span>
              Remove<span class="visually-hidden">, {name}</span>
            </span>
          </label>
        )}
      </td>
    </tr>
  );
}

function Cell({ column, row, index }: { column: KeyedField; row: EditorRow; index: number }) {
  const { key, field } = column;
  const id = `c.${index}.${key}`;
  const problem = row.problems[key];
  const typed = row.typed[key] ?? [];
  if (field.type === 'choices')
    return (
      <fieldset class="cell" id={id} tabindex={-1} aria-describedby={problem === undefined ? undefined : `p-${id}`}>
        <legend class="cell-label">
          {labelOf(column)}
          <span class="visually-hidden">, {rowName(row)}</span>
        </legend>
        <Problem id={id} problem={problem} />
        {Object.entries(field.options).map(([option, label]) => (
          <label class="cell-option">
            <input type="checkbox" name={id} value={option} checked={typed.includes(option)} />
            <span>{label}</span>
          </label>
        ))}
      </fieldset>
    );
  return (
    <Labelled id={id} label={labelOf(column)} row={rowName(row)} problem={problem}>
      <Control field={field} id={id} value={typed[0] ?? ''} problem={problem} />
    </Labelled>
  );
}

function Labelled(props: { id: string; label: string; row: string; problem: string | undefined; children: Child }) {
  return (
    <div class="cell">
      <label class="cell-label" for={props.id}>
        {props.label}
        <span class="visually-hidden">, {props.row}</span>
      </label>
      {props.children}
      <Problem id={props.id} problem={props.problem} />
    </div>
  );
}

function Problem({ id, problem }: { id: string; problem: string | undefined }) {
  if (problem === undefined) return null;
  return (
    <p class="problem" id={`p-${id}`}>
      {problem}
    </p>
  );
}

const INPUT_TYPES: Partial<Record<string, string>> = {
  email: 'email',
  phone: 'tel',
  url: 'url',
  date: 'date',
  date_time: 'datetime-local',
};

function Control({ field, id, value, problem }: { field: Field; id: string; value: string; problem: string | undefined }) {
  const common = { ...aboutOf(id, problem), name: id };
  if (field.type === 'long_text')
    return (
      <textarea {...common} rows={2}>
        {`\n${value}`}
      </textarea>
    );
  if (field.type === 'yes_no' || field.type === 'choice') {
    const options = field.type === 'yes_no' ? { yes: 'Yes', no: 'No' } : field.options;
    return (
      <select {...common}>
        <option value=""></option>
        {Object.entries(options).map(([key, label]) => (
          <option value={key} selected={key === value}>
            {label}
          </option>
        ))}
      </select>
    );
  }
  const inputmode = field.type === 'money' || field.type === 'number' ? 'decimal' : undefined;
  return <input {...common} type={INPUT_TYPES[field.type] ?? 'text'} inputmode={inputmode} autocomplete="off" value={value} />;
}

function aboutOf(id: string, problem: string | undefined) {
  return problem === undefined ? { id } : { id, 'aria-describedby': `p-${id}`, 'aria-invalid': 'true' as const };
}

function labelOf({ key, field }: KeyedField): string {
  const label = field.label ?? humanise(key);
  return field.type === 'money' ? `${label} (${field.currency})` : label;
}

function rowName({ own }: EditorRow): string {
  return own === null ? 'new row' : `row ${own}`;
}

function Problems({ editor, columns }: { editor: Editor; columns: KeyedField[] }) {
  const all = editor.rows.flatMap((row, index) =>
    Object.entries(row.problems).map(([key, sentence]) => {
      const column = columns.find((one) => one.key === key);
      const id = column === undefined ? `place.${index}` : `c.${index}.${key}`;
      const label = column === undefined ? 'Place' : labelOf(column);
      return { id, what: `${rowName(row)}, ${label}`, sentence };
    }),
  );
  if (all.length === 0) return null;
  return (
    <div class="notice notice-wrong" role="alert">
      <p>
        <strong>It was not saved.</strong> {all.length === 1 ? 'Please look at one cell.' : `Please look at ${all.length} cells.`}
      </p>
      <ul>
        {all.slice(0, 50).map(({ id, what, sentence }) => (
          <li>
            <a href={`#${id}`}>{what.charAt(0).toUpperCase() + what.slice(1)}</a>: {sentence}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Notice({ notice, timezone }: { notice: TableNotice; timezone: string }) {
  switch (notice.is) {
    case 'saved':
      return (
        <p class="notice notice-good" role="status">
          Saved as revision {notice.revision}. It counts from now on, in runs under way too.
        </p>
      );
    case 'unchanged':
      return (
        <p class="notice" role="status">
          Nothing was changed, so nothing was saved.
        </p>
      );
    case 'wrong':
      return (
        <div class="notice notice-wrong" role="alert">
          <p>
            <strong>It was not saved.</strong>
          </p>
          <ul>
            {notice.sentences.map((sentence) => (
              <li>{sentence}</li>
            ))}
          </ul>
        </div>
      );
    case 'overtaken':
      return (
        <div class="notice notice-wrong" role="alert">
          <p>
            <strong>Somebody else was faster.</strong> {publisherWords(notice.by)} changed this table on{' '}
            {showInstant(notice.at, timezone)}, while you were at it. Nothing of yours is saved yet.
          </p>
          <h2>What they changed</h2>
          <ChangeList changes={notice.theirs} />
          <h2>What yours would change now</h2>
          <ChangeList changes={notice.yours} />
          <p>{AGAIN[notice.again]}</p>
        </div>
      );
  }
}

const AGAIN = {
  save: 'Both are brought together in the table below. Look it through, then save.',
  file: 'Below is the table as it is now. If your file is to replace it all the same, choose it again.',
  restore: 'Below is the table as it is now. If you want the earlier rows all the same, press the button again.',
};

// More lines than this nobody reads in a notice.
const MOST_LINES = 60;

function ChangeList({ changes }: { changes: ChangeLine[] }) {
  if (changes.length === 0) return <p class="quiet">Nothing.</p>;
  return (
    <ul class="row-changes">
      {changes.slice(0, MOST_LINES).map((change) => (
        <li>
          <strong>{CHANGE_WORDS[change.is](change.place)}</strong>{' '}
          {change.cells.map(({ label, before, after }, index) => (
            <>
              {index === 0 ? '' : '; '}
              {label} {change.is === 'added' ? null : <del>{before === '' ? 'empty' : before}</del>}
              {change.is === 'altered' ? ' → ' : null}
              {change.is === 'removed' ? null : <ins>{after === '' ? 'empty' : after}</ins>}
            </>
          ))}
        </li>
      ))}
      {changes.length > MOST_LINES ? <li>and {counted(changes.length - MOST_LINES, 'row')} more</li> : null}
    </ul>
  );
}

const CHANGE_WORDS = {
  added: (place: number) => `Row ${place} is new:`,
  altered: (place: number) => `Row ${place} changes:`,
  removed: (place: number) => `Row ${place} goes away:`,
};

function Pages({ workflow, table, page, pages }: TablePageProps) {
  if (pages < 2) return null;
  const link = (to: number, words: string) =>
    to < 1 || to > pages ? <span></span> : <a href={`${paths.table.to({ workflow, table })}?page=${to}`}>{words}</a>;
  return (
    <nav class="pages" aria-label="Pages of this table">
      {link(page - 1, 'Rows before')}
      <span class="quiet">
        Page {page} of {pages}
      </span>
      {link(page + 1, 'Rows after')}
    </nav>
  );
}

function Files({ workflow, table, basedOn }: { workflow: string; table: string; basedOn: number }) {
  const at = { workflow, table };
  return (
    <section aria-labelledby="files">
      <h2 id="files">With a spreadsheet</h2>
      <p>
        <a href={paths.tableCsv.to(at)}>Download the table as a CSV file</a>
      </p>
      <details class="act">
        <summary>Replace the table with a CSV file</summary>
        <form method="post" action={paths.tableCsv.to(at)} enctype="multipart/form-data">
          <input type="hidden" name="basedOn" value={String(basedOn)} />
          <div class="field">
            <label for="file">CSV file</label>
            <p class="help" id="file-help">
              Its first line names the columns, as in the file that you can download. Every row of the table is replaced.
            </p>
            <input id="file" type="file" name="file" accept=".csv,text/csv" required aria-describedby="file-help" />
          </div>
          <button class="button button-quiet" type="submit">
            Replace the table
          </button>
        </form>
      </details>
    </section>
  );
}

function History({ workflow, table, editor, history, timezone }: TablePageProps) {
  return (
    <section aria-labelledby="history">
      <h2 id="history">Earlier revisions</h2>
      <ol class="wordings">
        {history.map((one, index) => (
          <li class="card">
            <p>
              {index === 0 ? <strong>Now. </strong> : null}
              Revision {one.revision}: {countsWords(one)}
              {one.note === '' ? null : `. ${one.note}`}
            </p>
            <p class="quiet">
              {publisherWords(one.by)}, <time datetime={one.at}>{showInstant(one.at, timezone)}</time>
            </p>
            {index === 0 ? null : <Restore workflow={workflow} table={table} basedOn={editor.basedOn} revision={one.revision} />}
          </li>
        ))}
        <li class="card">
          <p>
            {history.length === 0 ? <strong>Now. </strong> : null}
            The rows of the workflow file
          </p>
          {history.length === 0 ? null : <Restore workflow={workflow} table={table} basedOn={editor.basedOn} revision={0} />}
        </li>
      </ol>
    </section>
  );
}

function countsWords({ added, altered, removed }: TableRevision): string {
  const parts = [
    altered === 0 ? '' : `${counted(altered, 'row')} changed`,
    added === 0 ? '' : `${counted(added, 'row')} added`,
    removed === 0 ? '' : `${counted(removed, 'row')} removed`,
  ];
  return parts.filter((part) => part !== '').join(', ');
}

function Restore(at: { workflow: string; table: string; basedOn: number; revision: number }) {
  return (
    <form method="post" action={paths.tableRestoration.to(at)}>
      <input type="hidden" name="basedOn" value={String(at.basedOn)} />
      <input type="hidden" name="revision" value={String(at.revision)} />
      <button class="button button-quiet" type="submit">
        Use these rows again
        <span class="visually-hidden">{at.revision === 0 ? ' (workflow file)' : ` (revision ${at.revision})`}</span>
      </button>
    </form>
  );
}
