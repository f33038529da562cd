import { dayOf } from './calendar.ts';
import { componentId, type LookupComponent, type RulesComponent } from './components/component.ts';
import type { Definition, Table } from './definition.ts';
import { componentAt, type Surroundings, type TableRow } from './effects.ts';
import { holds, type Moment, rowType } from './expressions.ts';
import { shownAnswers, withoutValues, withValues } from './facts.ts';
import { celValueOf, readJson } from './fields/field.ts';
import { celRow } from './fields/list.ts';
import type { RunContext } from './outcome.ts';
import { momentOf } from './people.ts';
import type { Facts, Row, Value } from './values.ts';
import type { Writing } from './writing.ts';

/** What a lookup of a run finds: the values to keep; null when no row fits. */
export function lookUp(
  definition: Definition,
  around: Surroundings,
  component: LookupComponent,
  context: RunContext,
): Record<string, Value> | null {
  const table = definition.tables[component.table];
  if (table === undefined) throw new Error(`Workflow ${definition.workflow} has no table ${component.table}.`);
  const moment = momentOf(context);
  const rows = rowsOf(table, component.table, around, context.step?.tables?.[component.table] ?? 0);
  const row = rows.find(
    (one) => counts(one, definition, moment) && fits(one, definition, table, component, context.facts, moment),
  );
  if (row === undefined) return null;
  const kept: Record<string, Value> = {};
  for (const [key, column] of Object.entries(component.save)) {
    const value = row.values[column];
    if (value !== undefined) kept[key] = value;
  }
  return kept;
}

/** The rows of a table that count today, as items of a fan-out. */
export function rowsForItems(
  definition: Definition,
  around: Surroundings,
  { table: name, where }: { table: string; where?: string | undefined },
  context: RunContext,
): Row[] {
  const table = definition.tables[name];
  if (table === undefined) throw new Error(`Workflow ${definition.workflow} has no table ${name}.`);
  const moment = momentOf(context);
  const rows = rowsOf(table, name, around, context.step?.tables?.[name] ?? 0);
  return rows.flatMap(({ values, ...row }) => {
    if (!counts({ values, ...row }, definition, moment)) return [];
    const cells = { ...rowType(table.columns), cells: celRow(table.columns, values) };
    return where === undefined || holds(where, definition, context.facts, moment, cells) ? [values] : [];
  });
}

/** Keeps what a lookup found, or notes that it found nothing. */
export function takeRow(w: Writing, definition: Definition, around: Surroundings, stage: string, index: number): void {
  const component = componentAt(definition, stage, index, 'lookup');
  const id = componentId(component, index);
  const found = lookUp(definition, around, component, w.context);
  const origin = { from: 'table' as const, by: component.table, stage, at: w.at };
  // A row that fits no longer must leave nothing of the one that fitted before.
  const rest = withoutValues(w.context.facts, Object.keys(component.save));
  w.change({ facts: withValues(definition, rest, found ?? {}, origin, momentOf(w.context)) });
  const shown = found === null ? null : shownAnswers(definition, found);
  w.happened({ what: 'looked_up', stage, component: id, table: component.table, found: shown });
}

/** Sets the data of the first rule that holds. */
export function takeRule(w: Writing, definition: Definition, stage: string, index: number): void {
  const component = componentAt(definition, stage, index, 'rules');
  const rule = ruleThatHolds(component, definition, w.context.facts, momentOf(w.context));
  const set = rule === null ? {} : valuesOf(rule.set, definition);
  const origin = { from: 'rule' as const, by: componentId(component, index), stage, at: w.at };
  const rest = withoutValues(w.context.facts, Object.keys(set));
  w.change({ facts: withValues(definition, rest, set, origin, momentOf(w.context)) });
  const why = rule === null ? null : (rule.when ?? 'otherwise');
  w.happened({ what: 'ruled', stage, component: componentId(component, index), rule: why, set: shownAnswers(definition, set) });
}

/** The first rule that holds for the facts; null when none does. */
export function ruleThatHolds({ rows }: RulesComponent, definition: Definition, facts: Facts, moment: Moment) {
  return rows.find(({ when }) => when === undefined || holds(when, definition, facts, moment)) ?? null;
}

/** The values that a rule sets, read as their data; what does not fit is left out, and found by `check`. */
export function valuesOf(set: Record<string, string | number | boolean>, definition: Definition): Record<string, Value> {
  const values: Record<string, Value> = {};
  for (const [key, literal] of Object.entries(set)) {
    const field = definition.data[key];
    const read = field === undefined ? null : readJson(field, literal, key);
    if (read?.ok) values[key] = read.value;
  }
  return values;
}

const firstRows = new WeakMap<Table, readonly TableRow[]>();

function rowsOf(table: Table, name: string, around: Surroundings, revision: number): readonly TableRow[] {
  if (revision > 0 && around.rows !== undefined) return around.rows(name, revision);
  const known = firstRows.get(table) ?? table.rows.flatMap((row) => tableRow(table, row));
  firstRows.set(table, known);
  return known;
}

/** A row as a definition writes it; none when a cell does not fit, which `check` finds. */
export function tableRow({ columns }: Table, { from, until, ...cells }: Record<string, unknown>): TableRow[] {
  const values: Row = {};
  for (const [key, column] of Object.entries(columns)) {
    const given = Object.hasOwn(cells, key) ? cells[key] : undefined;
    if (given === undefined || given === null || given === '') continue;
    const read = readJson(column, given, key);
    if (!read.ok) return [];
    values[key] = read.value;
  }
  return [{ from: typeof from === 'string' ? from : null, until: typeof until === 'string' ? until : null, values }];
}

function counts({ from, until }: TableRow, { timezone }: Definition, { at }: Moment): boolean {
  const today = dayOf(at, timezone);
  return (from === null || from <= today) && (until === null || until >= today);
}

function fits(
  { values }: TableRow,
  definition: Definition,
  { columns }: Table,
  { match, where }: LookupComponent,
  facts: Facts,
  moment: Moment,
): boolean {
  const matches = Object.entries(match).every(([column, key]) => {
    const cell = columns[column];
    const field = definition.data[key];
    return cell !== undefined && field !== undefined && comparable(cell, values[column]) === comparable(field, facts[key]?.value);
  });
  if (!matches || where === undefined) return matches;
  return holds(where, definition, facts, moment, { ...rowType(columns), cells: celRow(columns, values) });
}

/** Texts are the same whatever their case and the blanks around them. */
function comparable(field: Parameters<typeof celValueOf>[0], value: Value | undefined): string {
  const plain = celValueOf(field, value);
  return typeof plain === 'string' ? plain.trim().toLowerCase() : JSON.stringify(plain);
}
