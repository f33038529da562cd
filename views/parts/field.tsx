import type { Child } from 'hono/jsx';
import { humanise } from '../../machines/definition.ts';
import type { Field } from '../../machines/fields/field.ts';
import type { FileReference } from '../../machines/values.ts';

/** A form as it is shown: what was typed, what is wrong, and which files are kept already. */
export type FormState = {
  typed: Record<string, string[]>;
  problems: Record<string, string>;
  /** Files that were uploaded before, with the signed text that stands for each. */
  kept: Record<string, { file: FileReference; token: string }[]>;
};

export const EMPTY_FORM: FormState = { typed: {}, problems: {}, kept: {} };

/** One question of a form: label, help, what is wrong, and the control for its type. */
export function FieldInput({ name, field, form }: { name: string; field: Field; form: FormState }) {
  const problem = form.problems[name];
  const about = { id: `f-${name}`, describedBy: describedBy(name, field, problem), invalid: problem !== undefined };
  if (isOptions(field)) {
    const isOne = field.type !== 'choices';
    return (
      <fieldset
        class="field"
        id={about.id}
        tabindex={-1}
        role={isOne ? 'radiogroup' : undefined}
        aria-describedby={about.describedBy}
        aria-invalid={isOne && about.invalid ? 'true' : undefined}
      >
        <legend>
          <Label name={name} field={field} />
        </legend>
        <Hints name={name} field={field} problem={problem} />
        <Options name={name} field={field} typed={form.typed[name] ?? []} />
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={about.id}>
        <Label name={name} field={field} />
      </label>
      <Hints name={name} field={field} problem={problem} />
      <Control name={name} field={field} form={form} about={about} />
    </div>
  );
}

/** Everything that is wrong, at the top, each with a link to its field. */
export function ProblemSummary({ problems, labelOf }: { problems: Record<string, string>; labelOf: (name: string) => string }) {
  const entries = Object.entries(problems);
  if (entries.length === 0) return null;
  return (
    <div class="notice notice-bad" role="alert">
      <h2>{entries.length === 1 ? 'Please look at one answer' : `Please look at ${entries.length} answers`}</h2>
      <ul>
        {entries.map(([name, sentence]) => (
          <li>
            <a href={`#f-${name}`}>{labelOf(name)}</a>: {sentence}
          </li>
        ))}
      </ul>
    </div>
  );
}

// More than this many cards are a longer way on a phone than a list that opens.
const MOST_CARDS = 6;

type OptionsField = Extract<Field, { type: 'choice' | 'choices' | 'yes_no' }>;

function isOptions(field: Field): field is OptionsField {
  if (field.type === 'choice') return Object.keys(field.options).length <= MOST_CARDS;
  return field.type === 'choices' || field.type === 'yes_no';
}

type About = { id: string; describedBy: string | undefined; invalid: boolean };

function Label({ name, field }: { name: string; field: Field }): Child {
  return (
    <>
      {field.label ?? humanise(name)}
      {field.optional ? <span class="optional"> (optional)</span> : null}
    </>
  );
}

function Hints({ name, field, problem }: { name: string; field: Field; problem: string | undefined }) {
  return (
    <>
      {helpOf(field) === null ? null : (
        <p class="help" id={`h-${name}`}>
          {helpOf(field)}
        </p>
      )}
      {problem === undefined ? null : (
        <p class="problem" id={`p-${name}`}>
          {problem}
        </p>
      )}
    </>
  );
}

function helpOf(field: Field): string | null {
  const kinds = field.type === 'file' ? `${field.accept.join(', ').toUpperCase()}, ${field.max_mb} MB at most.` : null;
  return [field.help, kinds].filter(Boolean).join(' ') || null;
}

function describedBy(name: string, field: Field, problem: string | undefined): string | undefined {
  const ids = [helpOf(field) === null ? '' : `h-${name}`, problem === undefined ? '' : `p-${name}`].filter((id) => id !== '');
  return ids.length === 0 ? undefined : ids.join(' ');
}

function Options({ name, field, typed }: { name: string; field: OptionsField; typed: string[] }) {
  const options = field.type === 'yes_no' ? { yes: 'Yes', no: 'No' } : field.options;
  const isOne = field.type !== 'choices';
  return (
    <>
      {Object.entries(options).map(([key, label]) => (
        <label class="option">
          <input
            type={isOne ? 'radio' : 'checkbox'}
            name={name}
            value={key}
            checked={typed.includes(key)}
            required={isOne && !field.optional}
          />
          <span>{label}</span>
        </label>
      ))}
    </>
  );
}

function Control({ name, field, form, about }: { name: string; field: Field; form: FormState; about: About }) {
  const common = {
    id: about.id,
    name,
    'aria-describedby': about.describedBy,
    'aria-invalid': about.invalid ? ('true' as const) : undefined,
    placeholder: field.placeholder,
    autocomplete: AUTOCOMPLETE[name],
  };
  const [value = ''] = form.typed[name] ?? [];
  const required = !field.optional;
  switch (field.type) {
    case 'long_text':
      return (
        <textarea {...common} required={required} rows={5}>
          {value}
        </textarea>
      );
    case 'money':
      return (
        <div class="money">
          <span aria-hidden="true">{field.currency}</span>
          <input {...common} type="text" inputmode="decimal" autocomplete="off" required={required} value={value} />
        </div>
      );
    case 'number':
      return <input {...common} type="text" inputmode="decimal" autocomplete="off" required={required} value={value} />;
    case 'choice':
      return (
        <select {...common} required={required}>
          <option value="">Please choose</option>
          {Object.entries(field.options).map(([key, label]) => (
            <option value={key} selected={key === value}>
              {label}
            </option>
          ))}
        </select>
      );
    case 'file':
      return <FileControl name={name} accept={field.accept} form={form} about={about} required={required} />;
    default:
      return <input {...common} type={INPUT_TYPES[field.type] ?? 'text'} required={required} value={value} />;
  }
}

// What a browser may fill in by itself: questions about whoever fills in the form.
const AUTOCOMPLETE: Partial<Record<string, string>> = { starter_name: 'name', starter_email: 'email' };

const INPUT_TYPES: Partial<Record<Field['type'], string>> = { email: 'email', phone: 'tel', url: 'url', date: 'date' };

function FileControl(props: { name: string; accept: readonly string[]; form: FormState; about: About; required: boolean }) {
  const [kept] = props.form.kept[props.name] ?? [];
  return (
    <>
      {kept === undefined ? null : (
        <p>
          <input type="hidden" name={`kept.${props.name}`} value={kept.token} />
          Kept: <strong>{kept.file.name}</strong>. Choose another file only to replace it.
        </p>
      )}
      <input
        id={props.about.id}
        type="file"
        name={props.name}
        accept={props.accept.map((kind) => `.${kind}`).join(',')}
        required={props.required && kept === undefined}
        aria-describedby={props.about.describedBy}
        aria-invalid={props.about.invalid ? 'true' : undefined}
      />
    </>
  );
}
