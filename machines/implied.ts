import type { ChecklistComponent, Component, DecisionComponent, SubWorkflowComponent } from './components/component.ts';
import type { Stage, Successor, Table, Written } from './definition.ts';
import { FIELD, type Field } from './fields/field.ts';
import type { Place } from './fields/field-type.ts';

type Completed = Omit<Written, 'data' | 'stages' | 'tables'> & {
  data: Record<string, Field>;
  stages: Record<string, Stage>;
  tables: Record<string, Table>;
};

/** What components say without writing it out: the data in which they keep things, and the paths of their outcomes. */
export function completed(written: Written): Completed {
  const place = { timezone: written.timezone, ...(written.locale === undefined ? {} : { locale: written.locale }) };
  const data: Record<string, Field> = { ...written.data };
  for (const { components } of Object.values(written.stages)) {
    for (const component of components) {
      for (const [key, field] of Object.entries(impliedData(component))) data[key] ??= field;
    }
  }
  return {
    ...written,
    data: mapped(data, (field) => placed(field, place)),
    stages: mapped(written.stages, withImpliedPaths),
    tables: mapped(written.tables, (table) => ({
      ...table,
      columns: mapped(table.columns, (column) => ({ ...column, ...place })),
    })),
  };
}

function mapped<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function placed(field: Field, place: Place): Field {
  if (field.type !== 'list') return { ...field, ...place };
  return { ...field, ...place, of: mapped(field.of, (column) => ({ ...column, ...place })) };
}

/** The data that a component declares by itself, by key. */
export function impliedData(component: Component): Record<string, Field> {
  switch (component.kind) {
    case 'decision':
      return decisionData(component);
    case 'checklist':
      return checklistData(component);
    case 'document':
      return { [component.into]: FIELD.parse({ type: 'file', label: 'Document' }) };
    case 'sub_workflow':
      return subWorkflowData(component);
    default:
      return {};
  }
}

/** Why a run went on from a sub-workflow. */
export const JOIN_OUTCOMES = {
  all_in: 'All are in',
  enough: 'Enough are in',
  out_of_reach: 'Can no longer be reached',
  vetoed: 'Vetoed',
  out_of_time: 'Time was up',
  failed: 'One failed',
  accepted: 'Accepted as it stood',
  not_awaited: 'Not waited for',
};

/** In which state a child is, as results are collected. */
export const CHILD_STATES = { arrived: 'Arrived', missing: 'Missing', failed: 'Failed' };

function subWorkflowData({ id, counts, collect }: SubWorkflowComponent): Record<string, Field> {
  const number = (label: string) => FIELD.parse({ type: 'number', label, decimals: 0 });
  const of = {
    key: { type: 'text', label: 'Which' },
    state: { type: 'choice', label: 'State', options: CHILD_STATES },
    who: { type: 'text', label: 'Who', optional: true },
    when: { type: 'date_time', label: 'When', optional: true },
  };
  return {
    ...(collect === undefined ? {} : { [collect]: FIELD.parse({ type: 'list', label: 'Results', of, min: 0, max: 500 }) }),
    [`${id}_outcome`]: FIELD.parse({ type: 'choice', label: 'Why it went on', options: JOIN_OUTCOMES }),
    [`${id}_asked`]: number('Asked'),
    [`${id}_arrived`]: number('Arrived'),
    [`${id}_missing`]: number('Missing'),
    ...Object.fromEntries(Object.keys(counts).map((name) => [`${id}_${name}`, number(name.replaceAll('_', ' '))])),
  };
}

function decisionData({ asks, into, outcomes }: DecisionComponent): Record<string, Field> {
  const options = mapped(outcomes, ({ label }) => label);
  const attests = Object.values(outcomes).some(({ attest }) => attest !== undefined);
  return {
    [into]: FIELD.parse({ type: 'choice', label: asks, options }),
    [`${into}_reason`]: FIELD.parse({ type: 'long_text', label: 'Reason', optional: true }),
    ...(attests ? { [`${into}_signed`]: FIELD.parse({ type: 'text', label: 'Signed', optional: true }) } : {}),
  };
}

/** The states in which an item of a checklist can be. */
export const ITEM_STATES = { done: 'Done', failed: 'Failed', not_applicable: 'Not applicable' };
/** What a second person says of a checklist. */
export const SIGN_OFF = { accepted: 'Accept and sign', returned: 'Give back' };

function checklistData({ id, sign_off }: ChecklistComponent): Record<string, Field> {
  const of = {
    item: { type: 'text', label: 'Item' },
    state: { type: 'choice', label: 'State', options: ITEM_STATES },
    measured: { type: 'number', label: 'Measured', optional: true },
    note: { type: 'long_text', label: 'Note', optional: true },
    evidence: { type: 'file', label: 'Evidence', optional: true },
  };
  const rows = { [id]: FIELD.parse({ type: 'list', label: 'Checklist', of, max: 100 }) };
  const failed = { [`${id}_failed`]: FIELD.parse({ type: 'number', label: 'Failed items', decimals: 0 }) };
  if (sign_off === undefined) return { ...rows, ...failed };
  return {
    ...rows,
    ...failed,
    [`${id}_sign_off`]: FIELD.parse({ type: 'choice', label: 'Sign-off', options: SIGN_OFF }),
    [`${id}_sign_off_reason`]: FIELD.parse({ type: 'long_text', label: 'Reason', optional: true }),
  };
}

/** The outcomes of a decision lead on before anything that is written under `next`. */
function withImpliedPaths({ next, ...stage }: Stage): Stage {
  const all = [...impliedPaths(stage.components), ...(next ?? [])];
  return all.length === 0 ? stage : { ...stage, next: all };
}

/** The paths that the components of a stage declare by themselves. */
export function impliedPaths(components: readonly Component[]): Successor[] {
  return components.flatMap((component, index) => (component.kind === 'decision' ? outcomePaths(component, index) : []));
}

function outcomePaths({ into, outcomes }: DecisionComponent, index: number): Successor[] {
  return Object.entries(outcomes).flatMap(([key, { label, to }]) =>
    to === undefined
      ? []
      : [{ to, when: `${into} == "${key}"`, label, at: ['components', index, 'decision', 'outcomes', key, 'to'] }],
  );
}
