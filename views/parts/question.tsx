import type { OneQuestion, Question, Section, ShownOutcome } from '../../machines/questions/question.ts';
import type { Row } from '../../machines/values.ts';
import { FieldInput, Hints, Label } from './field.tsx';
import type { FormState } from './form-state.ts';
import { RowsInput } from './rows.tsx';

/** A question with all that its page knows of it. */
export type ShownQuestion = {
  question: Question;
  /** Whether it is asked as things stand. */
  asked: boolean;
  /** When it is asked, in words; null when always. */
  onlyIf: string | null;
  /** Whether it has to be answered as things stand. */
  required: boolean;
  /** The rows that a list already has, where only some columns are asked. */
  rows: Row[];
  /** Where each outcome of a decision leads, by its key. */
  leadsTo: Record<string, string>;
  /** Whether other questions look at the answer: the page then follows it. */
  followed: boolean;
};

export type ShownSection = Pick<Section, 'title' | 'help'> & { questions: ShownQuestion[] };

/** The questions of a form, section by section. `action`: where the form goes, to be asked how it looks after a change. */
export function Sections({ sections, form, action }: { sections: ShownSection[]; form: FormState; action: string }) {
  return (
    <>
      {sections.map(({ title, help, questions }) => {
        const inputs = questions.map((shown) => <QuestionInput shown={shown} form={form} action={action} />);
        if (title === null) return inputs;
        return (
          <fieldset class="section">
            <legend>{title}</legend>
            {help === null ? null : <p class="help">{help}</p>}
            {inputs}
          </fieldset>
        );
      })}
    </>
  );
}

function QuestionInput({ shown, form, action }: { shown: ShownQuestion; form: FormState; action: string }) {
  const { question, asked, onlyIf, followed } = shown;
  return (
    // With scripts, the page asks how the form looks now; without them everything that may be asked is there, and says when.
    <div
      id={`q-${question.name}`}
      class={asked ? 'question' : 'question not-asked'}
      {...(followed
        ? {
            'hx-post': action,
            'hx-trigger': 'change',
            'hx-include': 'closest form',
            'hx-encoding': 'multipart/form-data',
            'hx-vals': '{"refresh":"1"}',
            'hx-target': '#main',
            'hx-select': '#main',
            'hx-swap': 'outerMorph',
          }
        : {})}
    >
      {onlyIf === null ? null : <p class="only-if">Only if {onlyIf}:</p>}
      {question.is === 'rows' ? (
        <RowsInput question={question} required={shown.required} rows={shown.rows} form={form} />
      ) : question.outcomes === null ? (
        <FieldInput about={{ ...question, required: shown.required }} field={question.field} form={form} />
      ) : (
        <Outcomes question={question} outcomes={question.outcomes} leadsTo={shown.leadsTo} form={form} />
      )}
    </div>
  );
}

type OutcomesProps = {
  question: OneQuestion;
  outcomes: ShownOutcome[];
  leadsTo: Record<string, string>;
  form: FormState;
};

// A group of which one is chosen, as in FieldInput.
const ONE_OF = 'radiogroup';
const TONES = { good: '✓', bad: '✕', neutral: '•' };

function Outcomes({ question, outcomes, leadsTo, form }: OutcomesProps) {
  const { name, label, help } = question;
  const problem = form.problems[name];
  const [chosen] = form.typed[name] ?? [];
  return (
    <fieldset
      class="field"
      id={`f-${name}`}
      tabindex={-1}
      role={ONE_OF}
      aria-invalid={problem === undefined ? undefined : 'true'}
      aria-describedby={problem === undefined ? undefined : `p-${name}`}
    >
      <legend>
        <Label label={label} required={true} />
      </legend>
      <Hints name={name} help={help} problem={problem} />
      {outcomes.map((outcome) => (
        <label class={`option outcome outcome-${outcome.tone}`}>
          <input type="radio" name={name} value={outcome.key} checked={chosen === outcome.key} required />
          <span>
            <span aria-hidden="true" class="tone">
              {TONES[outcome.tone]}
            </span>{' '}
            <strong>{outcome.label}</strong>
            {leadsTo[outcome.key] === undefined ? null : <span class="quiet leads-to"> {leadsTo[outcome.key]}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
