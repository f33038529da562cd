import type { Child } from 'hono/jsx';
import type { Field } from '../../machines/fields/field.ts';
import type { FormState } from './form-state.ts';

/** What a control is called, whatever its type. */
export type About = { name: string; label: string; help: string | null; required: boolean };

/** One question of a form: label, help, what is wrong, and the control for its type. */
export function FieldInput({ about, field, form }: { about: About; field: Field; form: FormState }) {
  const { name, label, required } = about;
  const problem = form.problems[name];
  const help = helpOf(about, field);
  const control = { id: `f-${name}`, describedBy: describedBy(name, help, problem), invalid: problem !== undefined, required };
  if (isOptions(field) || field.type === 'person') {
    const isOne = field.type === 'choice' || field.type === 'yes_no';
    return (
      <fieldset
        class="field"
        id={control.id}
        tabindex={-1}
        role={isOne ? 'radiogroup' : undefined}
        aria-describedby={control.describedBy}
        aria-invalid={isOne && control.invalid ? 'true' : undefined}
      >
        <legend>
          <Label label={label} required={required} />
        </legend>
        <Hints name={name} help={help} problem={problem} />
        {field.type === 'person' ? (
          <PersonControl name={name} form={form} required={required} invalid={control.invalid} />
        ) : (
          <Options name={name} field={field} typed={form.typed[name] ?? []} required={required} />
        )}
      </fieldset>
    );
  }
  return (
    <div class="field">
      <label for={control.id}>
        <Label label={label} required={required} />
      </label>
      <Hints name={name} help={help} problem={problem} />
      <Control name={name} field={field} form={form} about={control} />
    </div>
  );
}

function PersonControl({
  name,
  form,
  required,
  invalid,
}: {
  name: string;
  form: FormState;
  required: boolean;
  invalid: boolean;
}) {
  return (
    <div class="cells">
      <div>
        <label for={`f-${name}.email`}>Email</label>
        <input
          id={`f-${name}.email`}
          name={`${name}.email`}
          type="email"
          required={required}
          value={form.typed[`${name}.email`]?.[0] ?? ''}
          aria-invalid={invalid ? 'true' : undefined}
        />
      </div>
      <div>
        <label for={`f-${name}.name`}>
          Name <span class="optional">(optional)</span>
        </label>
        <input id={`f-${name}.name`} name={`${name}.name`} type="text" value={form.typed[`${name}.name`]?.[0] ?? ''} />
      </div>
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

type Controlled = { id: string; describedBy: string | undefined; invalid: boolean; required: boolean };

/** A label, with a word when the answer may be left out. */
export function Label({ label, required }: { label: string; required: boolean }): Child {
  return (
    <>
      {label}
      {required ? null : <span class="optional"> (optional)</span>}
    </>
  );
}

/** The help and the problem of a question. */
export function Hints({ name, help, problem }: { name: string; help: string | null; problem: string | undefined }) {
  return (
    <>
      {help === null ? null : (
        <p class="help" id={`h-${name}`}>
          {help}
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

function helpOf({ help }: About, field: Field): string | null {
  return [help, kindOf(field)].filter(Boolean).join(' ') || null;
}

/** What a control cannot say by itself. */
function kindOf(field: Field): string | null {
  switch (field.type) {
    case 'file':
      return `${field.accept.join(', ').toUpperCase()}, ${field.max_mb} MB at most.`;
    case 'files':
      return `${field.accept.join(', ').toUpperCase()}, ${field.max_mb} MB each at most; up to ${field.max} files.`;
    case 'people':
      return 'One address a line, like Ana Ruiz <ana@example.com>.';
    case 'date_time':
      return `In the time zone ${field.timezone ?? 'UTC'}.`;
    default:
      return null;
  }
}

function describedBy(name: string, help: string | null, problem: string | undefined): string | undefined {
  const ids = [help === null ? '' : `h-${name}`, problem === undefined ? '' : `p-${name}`].filter((id) => id !== '');
  return ids.length === 0 ? undefined : ids.join(' ');
}

function Options({ name, field, typed, required }: { name: string; field: OptionsField; typed: string[]; required: boolean }) {
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
            required={isOne && required}
          />
          <span>{label}</span>
        </label>
      ))}
    </>
  );
}

function Control({ name, field, form, about }: { name: string; field: Field; form: FormState; about: Controlled }) {
  const common = {
    id: about.id,
    name,
    'aria-describedby': about.describedBy,
    'aria-invalid': about.invalid ? ('true' as const) : undefined,
    placeholder: field.placeholder,
    autocomplete: AUTOCOMPLETE[name],
  };
  const [value = ''] = form.typed[name] ?? [];
  const { required } = about;
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
    case 'people':
    case 'json':
      return (
        <textarea {...common} required={required} rows={4} class={field.type === 'json' ? 'code' : undefined}>
          {value}
        </textarea>
      );
    case 'file':
    case 'files':
      return <FileControl name={name} accept={field.accept} several={field.type === 'files'} form={form} about={about} />;
    default:
      return <input {...common} type={INPUT_TYPES[field.type] ?? 'text'} required={required} value={value} />;
  }
}

// What a browser may fill in by itself: questions about whoever fills in the form.
const AUTOCOMPLETE: Partial<Record<string, string>> = { starter_name: 'name', starter_email: 'email' };

const INPUT_TYPES: Partial<Record<Field['type'], string>> = {
  email: 'email',
  phone: 'tel',
  url: 'url',
  date: 'date',
  date_time: 'datetime-local',
};

type FileProps = { name: string; accept: readonly string[]; several: boolean; form: FormState; about: Controlled };

function FileControl({ name, accept, several, form, about }: FileProps) {
  const kept = form.kept[name] ?? [];
  return (
    <>
      {several ? <KeptFiles name={name} kept={kept} /> : <KeptFile name={name} kept={kept[0]} />}
      <input
        id={about.id}
        type="file"
        name={name}
        multiple={several}
        accept={accept.map((kind) => `.${kind}`).join(',')}
        required={about.required && kept.length === 0}
        aria-describedby={about.describedBy}
        aria-invalid={about.invalid ? 'true' : undefined}
      />
    </>
  );
}

function KeptFile({ name, kept }: { name: string; kept: FormState['kept'][string][number] | undefined }) {
  if (kept === undefined) return null;
  return (
    <p>
      <input type="hidden" name={`kept.${name}`} value={kept.token} />
      Kept: <strong>{kept.file.name}</strong>. Choose another file only to replace it.
    </p>
  );
}

/** Files that are there already; unticking one leaves it out. */
function KeptFiles({ name, kept }: { name: string; kept: FormState['kept'][string] }) {
  return (
    <>
      {kept.map(({ file, token }) => (
        <label class="option">
          <input type="checkbox" name={`kept.${name}`} value={token} checked />
          <span>Keep {file.name}</span>
        </label>
      ))}
    </>
  );
}
