import type { SubWorkflowComponent } from './components/component.ts';
import { type Definition, fieldOf } from './definition.ts';
import type { Surroundings } from './effects.ts';
import { showValue } from './fields/field.ts';
import { showRowCell } from './fields/list.ts';
import type { ChildPlan, RunContext } from './outcome.ts';
import { rowsForItems } from './tables.ts';
import { isPerson, type Row, rowsIn, type Value } from './values.ts';

/** What a fan-out gives its children: to all of them, and to each its own. */
export type Planned = { common: Record<string, Value>; children: ChildPlan[] };

/** One child for each item as things stand; one alone where there is no list. */
export function plannedChildren(
  component: SubWorkflowComponent,
  definition: Definition,
  around: Surroundings,
  context: RunContext,
): Planned {
  const { facts } = context;
  const own = Object.entries(component.with).filter(([, source]) => source.includes('.'));
  const shared = Object.entries(component.with).filter(([, source]) => !source.includes('.'));
  const common = Object.fromEntries(
    shared.flatMap(([key, source]) => {
      const value = facts[source]?.value;
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
  const names = createNames();
  const columns = columnsOfItem(component.each, definition) ?? {};
  const children = itemsOf(component, definition, around, context).map((item, index) => {
    const key = names(keyOf(component, definition, item, context) ?? String(index + 1));
    const input = own.flatMap(([name, source]) => {
      const part = partOf(source);
      // A column of that name says something else, even where it is empty.
      const value = Object.hasOwn(columns, part) ? item[part] : { ...item, key, index: index + 1 }[part];
      return value === undefined ? [] : [[name, value] as const];
    });
    return { key, input: Object.fromEntries(input) };
  });
  return { common, children };
}

/** The items of a fan-out, each as a row. People have an email and a name, choices a value. */
function itemsOf(
  { each }: SubWorkflowComponent,
  definition: Definition,
  around: Surroundings,
  context: RunContext,
): readonly Row[] {
  if (each === undefined) return [{}];
  if (typeof each !== 'string') return rowsForItems(definition, around, each, context);
  const value = context.facts[each]?.value;
  if (!Array.isArray(value)) return [];
  if (definition.data[each]?.type === 'list') return rowsIn(value);
  return value.flatMap((item): Row[] => {
    if (typeof item === 'string') return [{ value: item }];
    return isPerson(item) ? [{ email: item.email, ...(item.name === null ? {} : { name: item.name }) }] : [];
  });
}

function partOf(source: string): string {
  return source.slice(source.indexOf('.') + 1);
}

/** What a child is called, as people read it. */
function keyOf({ key, each, as }: SubWorkflowComponent, definition: Definition, item: Row, { facts }: RunContext): string | null {
  if (key === undefined) {
    const first = each === undefined ? undefined : Object.values(item).find((cell) => typeof cell === 'string');
    return typeof first === 'string' ? clipped(first) : null;
  }
  if (!key.startsWith(`${as}.`)) {
    const value = facts[key]?.value;
    return value === undefined ? null : clipped(showValue(fieldOf(definition, key), value));
  }
  const column = columnsOfItem(each, definition)?.[partOf(key)];
  const cell = item[partOf(key)];
  if (cell === undefined) return null;
  return clipped(column === undefined ? String(cell) : showRowCell(column, cell));
}

/** The columns of an item where it is a row; null where it is a person or a choice. */
export function columnsOfItem(each: SubWorkflowComponent['each'], { data, tables }: Definition) {
  if (each === undefined) return null;
  if (typeof each !== 'string') return tables[each.table]?.columns ?? null;
  const field = data[each];
  return field?.type === 'list' ? field.of : null;
}

function clipped(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= 120 ? line : `${line.slice(0, 119).toWellFormed()}…`;
}

/** Names that stay apart: the second "anna" is "anna (2)". */
function createNames(): (name: string) => string {
  const used = new Set<string>();
  const counts = new Map<string, number>();
  return (name) => {
    let [count, free] = [counts.get(name) ?? 1, name];
    while (used.has(free)) {
      count += 1;
      free = `${name} (${count})`;
    }
    used.add(free);
    counts.set(name, count);
    return free;
  };
}
