import type { SubWorkflowComponent } from './components/component.ts';
import type { Definition } from './definition.ts';
import type { Surroundings } from './effects.ts';
import type { Report } from './event.ts';
import type { Scalar } from './fields/scalar.ts';
import type { Fan } from './outcome.ts';
import type { Row, Value } from './values.ts';

/** With more children than this the results are no part of the snapshot: they stand beside the run (kept.ts). */
export const MOST_COLLECTED = 500;

/** A child as its row says, when its run goes on. */
export type ChildRow = {
  index: number;
  key: string;
  input: Record<string, Value>;
  state: 'open' | 'arrived' | 'late' | 'failed' | 'withdrawn' | 'removed';
  report: Report | null;
};

/** The columns in which the results of children are collected. */
export function collectedColumns({ data }: Definition, { collect }: SubWorkflowComponent): Record<string, Scalar> {
  const field = collect === undefined ? undefined : data[collect];
  return field?.type === 'list' ? field.of : {};
}

/** The results of all children in the order of their items; `taken` arrived in this very step, and stand in no row yet. */
export function collectedRows(
  columns: Record<string, Scalar>,
  around: Pick<Surroundings, 'children'>,
  { id, gone }: Pick<Fan, 'id' | 'gone'>,
  taken: readonly Report[],
): Row[] {
  const now = new Map(taken.map((report) => [report.index, report]));
  return (around.children?.(id) ?? []).flatMap((child) => {
    if (gone.includes(child.index)) return [];
    const report = now.get(child.index) ?? child.report;
    const arrived = now.has(child.index) || child.state === 'arrived' || child.state === 'failed';
    if (report === null || !arrived) return [answerRow(columns, { ...child, state: 'missing', report: null })];
    return [answerRow(columns, { ...child, state: report.ended === 'done' ? 'arrived' : 'failed', report })];
  });
}

type Answered = { key: string; input: Record<string, Value>; state: 'arrived' | 'missing' | 'failed'; report: Report | null };

/** One child as a row: what it is called, how it stands, who answered when, what it was given, and what it handed back. */
export function answerRow(columns: Record<string, Scalar>, { key, input, state, report }: Answered): Row {
  const results = state === 'arrived' ? (report?.results ?? {}) : {};
  const all: Record<string, Value | undefined> = {
    ...input,
    key,
    state,
    who: report?.who?.email,
    when: report?.at,
    ...results,
  };
  const row: Row = {};
  for (const column of Object.keys(columns)) {
    const value = all[column];
    if (value !== undefined) row[column] = value;
  }
  return row;
}
