import { showRowCell } from '../../machines/fields/list.ts';
import { pastedColumns, pastedName } from '../../machines/questions/pasted.ts';
import type { ChecklistRow, Column, RowsQuestion } from '../../machines/questions/question.ts';
import { columnsOf } from '../../machines/questions/question.ts';
import { cellName } from '../../machines/questions/rows.ts';
import type { Row } from '../../machines/values.ts';
import { FieldInput, Hints, Label } from './field.tsx';
import type { FormState } from './form-state.ts';

type RowsProps = { question: RowsQuestion; required: boolean; rows: Row[]; form: FormState };

/** A question with rows: cards, one a row, each with its cells. */
export function RowsInput({ question, required, rows, form }: RowsProps) {
  const { name, label, help } = question;
  const problem = form.problems[name];
  return (
    <fieldset
      class="field rows"
      id={`f-${name}`}
      tabindex={-1}
      aria-describedby={problem === undefined ? undefined : `p-${name}`}
    >
      <legend>
        <Label label={label} required={required} />
      </legend>
      <Hints name={name} help={help} problem={problem} />
      {question.rows.is === 'items' ? (
        question.rows.items.map((item) => <Item question={question} item={item} form={form} />)
      ) : question.rows.is === 'fixed' ? (
        rows.map((row, index) => <FixedRow question={question} row={row} index={index} form={form} />)
      ) : (
        <OpenRows question={question} form={form} />
      )}
    </fieldset>
  );
}

/** How many rows a form shows: as many as were sent or filled in, one more when it was asked for, at least one. */
export function rowCount(
  { name, field }: Pick<RowsQuestion, 'name' | 'field'>,
  { typed, kept }: Pick<FormState, 'typed' | 'kept'>,
): number {
  const numbers = [...Object.keys(typed), ...Object.keys(kept)].flatMap((key) => {
    const [, number] = key.startsWith(`${name}.`) ? (/^(\d{1,4})\./.exec(key.slice(name.length + 1)) ?? []) : [];
    return number === undefined ? [] : [Number(number) + 1];
  });
  return Math.max(1, Math.min(field.min, 3), ...numbers);
}

function OpenRows({ question, form }: { question: RowsQuestion; form: FormState }) {
  const count = rowCount(question, form);
  const item = question.field.item ?? 'Row';
  return (
    <>
      {Array.from({ length: count }, (_, index) => (
        <fieldset class="row">
          <legend>
            {item} {index + 1}
          </legend>
          <Cells question={question} at={index} columns={columnsOf(question)} form={form} />
          {count > 1 ? (
            <button class="link" type="submit" name="remove" value={`${question.name}.${index}`} formnovalidate>
              Remove {item.toLowerCase()} {index + 1}
            </button>
          ) : null}
        </fieldset>
      ))}
      {count < question.field.max ? (
        <button class="secondary" type="submit" name="add" value={`${question.name}.${count}`} formnovalidate>
          Add a {item.toLowerCase()}
        </button>
      ) : null}
      <Paste question={question} form={form} />
    </>
  );
}

/** Long lists are not typed row by row. */
function Paste({ question, form }: { question: RowsQuestion; form: FormState }) {
  const columns = pastedColumns(question);
  if (columns.length === 0 || question.field.max < MOST_BY_HAND) return null;
  const name = pastedName(question.name);
  const problem = form.problems[name];
  const text = form.typed[name]?.[0] ?? '';
  const order = columns.map(({ key, column }) => titleOf({ key, field: column })).join(', ');
  return (
    <details class="paste" open={text !== '' || problem !== undefined}>
      <summary>Paste a list</summary>
      <div class={problem === undefined ? 'field' : 'field field-wrong'}>
        <label for={`f-${name}`}>One line for each: {order}</label>
        <p class="help" id={`h-${name}`}>
          Separated by tabs, semicolons or commas, as a spreadsheet copies them. What is typed above counts, too.
        </p>
        {problem === undefined ? null : (
          <p class="problem" id={`p-${name}`}>
            {problem}
          </p>
        )}
        <textarea
          id={`f-${name}`}
          name={name}
          rows={6}
          aria-describedby={problem === undefined ? `h-${name}` : `p-${name} h-${name}`}
          aria-invalid={problem === undefined ? undefined : 'true'}
        >
          {text}
        </textarea>
      </div>
    </details>
  );
}

// Fewer are typed faster than pasted.
const MOST_BY_HAND = 20;

function FixedRow({ question, row, index, form }: { question: RowsQuestion; row: Row; index: number; form: FormState }) {
  const columns = columnsOf(question);
  const item = question.field.item ?? 'Row';
  return (
    <fieldset class="row">
      <legend>
        {item} {index + 1}
      </legend>
      <dl class="facts">
        {columns
          .filter(({ key, edit }) => !edit && row[key] !== undefined)
          .map(({ key, field }) => (
            <div>
              <dt>{titleOf({ key, field })}</dt>
              <dd>{showRowCell(field, row[key])}</dd>
            </div>
          ))}
      </dl>
      <Cells question={question} at={index} columns={columns.filter(({ edit }) => edit)} form={form} />
    </fieldset>
  );
}

/** One item of a checklist: what is to be done, how it stands, and what proves it. */
function Item({ question, item, form }: { question: RowsQuestion; item: ChecklistRow; form: FormState }) {
  const columns = columnsOf(question).filter(({ key, edit }) => edit && isAskedOf(item, key));
  return (
    <fieldset class="row">
      <legend>{String(item.row.item)}</legend>
      {item.help === null ? null : <p class="help">{item.help}</p>}
      {columns.map((column) => (
        <FieldInput
          about={{ ...aboutCell(question, item.key, column), ...wordsFor(item, column.key) }}
          field={withoutOptions(item, column)}
          form={form}
        />
      ))}
    </fieldset>
  );
}

function isAskedOf({ measure, evidence }: ChecklistRow, column: string): boolean {
  if (column === 'measured') return measure !== null;
  return column === 'evidence' ? evidence === 'file' : true;
}

function wordsFor(
  { measure, evidence, mayNotApply }: ChecklistRow,
  column: string,
): { label: string; help: string | null; required: boolean } {
  switch (column) {
    case 'state':
      return { label: 'State', help: null, required: true };
    case 'measured':
      return { label: `Measured value in ${measure?.unit ?? ''}`, help: limitsOf(measure), required: true };
    case 'evidence':
      return { label: 'Evidence', help: null, required: true };
    default:
      return evidence === 'text'
        ? { label: 'Evidence', help: 'What proves it.', required: true }
        : {
            label: 'Note',
            help: mayNotApply ? 'Needed when it failed or does not apply.' : 'Needed when it failed.',
            required: false,
          };
  }
}

function limitsOf(measure: ChecklistRow['measure']): string | null {
  if (measure === null) return null;
  const { min, max, unit } = measure;
  if (min !== undefined && max !== undefined) return `Between ${min} and ${max} ${unit}.`;
  if (min !== undefined) return `${min} ${unit} or more.`;
  return max === undefined ? null : `${max} ${unit} or less.`;
}

function withoutOptions({ mayNotApply }: ChecklistRow, { key, field }: Column): Column['field'] {
  if (key !== 'state' || field.type !== 'choice' || mayNotApply) return field;
  const { not_applicable: _, ...options } = field.options;
  return { ...field, options };
}

function Cells({ question, at, columns, form }: { question: RowsQuestion; at: number; columns: Column[]; form: FormState }) {
  return (
    <div class="cells">
      {columns.map((column) => (
        <FieldInput about={aboutCell(question, at, column)} field={column.field} form={form} />
      ))}
    </div>
  );
}

function aboutCell(question: RowsQuestion, at: number | string, column: Column) {
  const { optional, help = null } = column.field;
  return { name: cellName(question.name, at, column.key), label: titleOf(column), help, required: !optional };
}

function titleOf({ key, field }: Pick<Column, 'key' | 'field'>): string {
  const words = key.replaceAll('_', ' ');
  return field.label ?? words.charAt(0).toUpperCase() + words.slice(1);
}
