import {
  type AskingComponent,
  asksPeople,
  type ChecklistComponent,
  componentId,
  type DecisionComponent,
} from '../components/component.ts';
import type { Collected, Collects } from '../components/form.ts';
import { type Definition, fieldOf, labelOf, stageOf, stageTitle } from '../definition.ts';
import { FIELD } from '../fields/field.ts';
import { SIGN_OFF } from '../implied.ts';
import type { Asking, Branch, ChecklistRow, OneQuestion, Question, RowsQuestion, Section } from './question.ts';

/** The name under which a hand-off stands in which a person chooses the way on. No id of a component has a colon. */
export const CHOOSE = ':choose';
/** What the name of a sign-off ends with, behind the name of its checklist. */
export const SIGN = ':sign_off';

/** The name under which the sign-off of a checklist stands. */
export function signOffId(checklist: string): string {
  return `${checklist}${SIGN}`;
}

const askings = new WeakMap<Definition, Map<string, Asking>>();

/**
 * What the hand-off of a stage's component asks. Throws when the definition has none of this name. Made once for each: a
 * step looks at it several times, and nothing of it ever changes.
 */
export function askingOf(definition: Definition, at: { stage: string; component: string }): Asking {
  const known = askings.get(definition) ?? new Map<string, Asking>();
  askings.set(definition, known);
  const name = `${at.stage} ${at.component}`;
  const asking = known.get(name) ?? makeAsking(definition, at);
  known.set(name, asking);
  return asking;
}

function makeAsking(definition: Definition, { stage, component }: { stage: string; component: string }): Asking {
  if (component === CHOOSE) return choosing(definition, stage);
  const { components } = stageOf(definition, stage);
  for (const [index, one] of components.entries()) {
    if (!asksPeople(one)) continue;
    const id = componentId(one, index);
    if (id === component) return asked(definition, stage, id, one);
    if (one.kind === 'checklist' && signOffId(id) === component) return signingOff(definition, stage, one);
  }
  throw new Error(`Stage ${stage} has no form ${component}.`);
}

/** The questions of the form with which a run is started. */
export function startSections(definition: Definition, collects: Collects): Section[] {
  return sectionsOf(definition, collects);
}

function asked(definition: Definition, stage: string, id: string, component: AskingComponent): Asking {
  const base = { stage, component: id, kind: component.kind, task: null, shows: component.shows, partial: false, branches: [] };
  switch (component.kind) {
    case 'form':
      return { ...base, sections: sectionsOf(definition, component.collects) };
    case 'decision':
      return { ...base, sections: [plain(decisionQuestions(definition, component))] };
    case 'checklist':
      return { ...base, sections: [plain([checklistQuestion(definition, component)])] };
    case 'file_request':
      return { ...base, partial: true, sections: sectionsOf(definition, component.collects) };
    case 'task':
      return { ...base, task: component.do, sections: sectionsOf(definition, component.proof) };
  }
}

function plain(questions: Question[]): Section {
  return { title: null, help: null, questions };
}

/** Questions before the first heading, and between two, stand in a section without one. */
function sectionsOf(definition: Definition, collects: Collects): Section[] {
  const sections: Section[] = [];
  for (const item of collects) {
    if (typeof item !== 'string' && 'section' in item) {
      const questions = item.collects.map((one) => questionOf(definition, one));
      sections.push({ title: item.section, help: item.help ?? null, questions });
      continue;
    }
    const last = sections.at(-1);
    if (last === undefined || last.title !== null) sections.push(plain([questionOf(definition, item)]));
    else last.questions.push(questionOf(definition, item));
  }
  return sections;
}

function questionOf(definition: Definition, item: Exclude<Collected, { section: string }>): Question {
  if (typeof item === 'string') return oneOf(definition, item);
  const field = fieldOf(definition, item.rows);
  if (field.type !== 'list') throw new Error(`${item.rows} is no list.`);
  if (item.add) {
    const of = Object.fromEntries(Object.entries(field.of).filter(([column]) => item.edit.includes(column)));
    return { ...common(definition, item.rows), is: 'rows', field: { ...field, of }, edit: Object.keys(of), rows: { is: 'open' } };
  }
  return { ...common(definition, item.rows), is: 'rows', field, edit: item.edit, rows: { is: 'fixed' } };
}

function common(definition: Definition, key: string) {
  const { help, show_when, require_when, optional } = fieldOf(definition, key);
  const required = require_when === undefined ? !optional : { when: require_when };
  return { name: key, key, label: labelOf(definition, key), help: help ?? null, showWhen: show_when ?? null, required };
}

function oneOf(definition: Definition, key: string): Question {
  const field = fieldOf(definition, key);
  const base = common(definition, key);
  if (field.type !== 'list') return { ...base, is: 'one', field, outcomes: null, atMost: null };
  return { ...base, is: 'rows', field, edit: Object.keys(field.of), rows: { is: 'open' } };
}

function decisionQuestions(definition: Definition, component: DecisionComponent): Question[] {
  const { into, outcomes, collects, asks } = component;
  const all = Object.entries(outcomes);
  const only = (keys: string[]) => keys.map((key) => `${into} == "${key}"`).join(' || ');
  const decision: OneQuestion = {
    ...common(definition, into),
    label: asks,
    is: 'one',
    field: fieldOf(definition, into),
    required: true,
    outcomes: all.map(([key, { label, tone }]) => ({ key, label, tone })),
    atMost: null,
  };
  const besides = collects.map((key) => oneOf(definition, key));
  return [decision, ...outcomeQuestions(definition, component, only), ...reasonQuestion(definition, component, only), ...besides];
}

function outcomeQuestions(
  definition: Definition,
  { into, outcomes }: DecisionComponent,
  only: (keys: string[]) => string,
): Question[] {
  return Object.entries(outcomes).flatMap(([key, { limit, collects, attest }]) => {
    const when = { showWhen: only([key]) };
    const questions: Question[] = [];
    if (limit !== undefined) {
      const question = oneOf(definition, limit.data);
      if (question.is === 'one') questions.push({ ...question, ...when, required: true, atMost: limit.at_most ?? null });
    }
    questions.push(...collects.map((datum) => ({ ...oneOf(definition, datum), ...when, stays: true as const })));
    if (attest !== undefined) questions.push(signature(definition, `${into}_signed`, key, attest, only([key])));
    return questions;
  });
}

function signature(definition: Definition, key: string, outcome: string, attest: string, showWhen: string): OneQuestion {
  return {
    ...common(definition, key),
    name: `${key}.${outcome}`,
    label: 'Type your name to confirm',
    help: attest,
    is: 'one',
    field: FIELD.parse({ type: 'text', max: 100 }),
    showWhen,
    required: true,
    outcomes: null,
    atMost: null,
  };
}

function reasonQuestion(
  definition: Definition,
  { into, outcomes }: DecisionComponent,
  only: (keys: string[]) => string,
): Question[] {
  const keysWith = (...reasons: string[]) =>
    Object.entries(outcomes).flatMap(([key, { reason }]) => (reasons.includes(reason) ? [key] : []));
  const asked = keysWith('required', 'optional');
  const must = keysWith('required');
  if (asked.length === 0) return [];
  const showWhen = asked.length === Object.keys(outcomes).length ? null : only(asked);
  const question = oneOf(definition, `${into}_reason`);
  return [{ ...question, showWhen, required: must.length === 0 ? false : { when: only(must) } }];
}

function checklistQuestion(definition: Definition, { id, items }: ChecklistComponent): RowsQuestion {
  const field = fieldOf(definition, id);
  if (field.type !== 'list') throw new Error(`${id} is no list.`);
  const rows: ChecklistRow[] = Object.entries(items).map(([key, item]) => ({
    key,
    row: { item: item.label },
    help: item.help ?? null,
    evidence: item.evidence ?? null,
    measure: item.measure ?? null,
    mayNotApply: item.may_not_apply,
  }));
  const edit = Object.keys(field.of).filter((column) => column !== 'item');
  return { ...common(definition, id), is: 'rows', field, edit, required: true, rows: { is: 'items', items: rows } };
}

function signingOff(definition: Definition, stage: string, { id, shows }: ChecklistComponent): Asking {
  const reason = oneOf(definition, `${id}_sign_off_reason`);
  const questions: Question[] = [
    {
      ...common(definition, `${id}_sign_off`),
      is: 'one',
      field: fieldOf(definition, `${id}_sign_off`),
      required: true,
      outcomes: [
        { key: 'accepted', label: SIGN_OFF.accepted, tone: 'good' },
        { key: 'returned', label: SIGN_OFF.returned, tone: 'bad' },
      ],
      atMost: null,
    },
    { ...reason, required: { when: `${id}_sign_off == "returned"` } },
  ];
  const base = { stage, component: signOffId(id), kind: 'sign_off' as const, task: null, partial: false, branches: [] };
  return { ...base, shows: [...shows, id], sections: [plain(questions)] };
}

/** The branches of a fork that guidance decides: those with guidance, and the one for every other case. */
export function judgedBranches(definition: Definition, stage: string): Branch[] {
  const { next = [] } = stageOf(definition, stage);
  if (!next.some(({ guidance }) => guidance !== undefined)) return [];
  return next
    .filter(({ guidance, otherwise }) => guidance !== undefined || otherwise)
    .map(({ to, label, guidance }) => ({
      to,
      title: stageTitle(definition, to),
      label: label ?? null,
      guidance: guidance ?? null,
    }));
}

function choosing(definition: Definition, stage: string): Asking {
  const shows = stageOf(definition, stage).components.flatMap((component) => (asksPeople(component) ? component.shows : []));
  return {
    stage,
    component: CHOOSE,
    kind: 'choose',
    task: null,
    shows: [...new Set(shows)],
    sections: [],
    partial: false,
    branches: judgedBranches(definition, stage),
  };
}
