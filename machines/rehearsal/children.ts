import type { SubWorkflowComponent } from '../components/component.ts';
import { type Definition, stageOf } from '../definition.ts';
import type { Report } from '../event.ts';
import { type Field, readJson } from '../fields/field.ts';
import type { Scalar } from '../fields/scalar.ts';
import type { ChildrenChange, Fan } from '../outcome.ts';
import { type ChildRow, collectedColumns } from '../results.ts';
import type { Problem, Read, Value } from '../values.ts';
import { namedFile } from './given.ts';

/** The children of a rehearsed run, by fan-out: the rows that a portal keeps beside it. */
export type Family = Readonly<Record<string, readonly ChildRow[]>>;

/** The children after a step. */
export function familyAfter(family: Family, changes: readonly ChildrenChange[]): Family {
  return changes.reduce<Family>(changed, family);
}

function changed(family: Family, change: ChildrenChange): Family {
  const rows = (fan: string) => family[fan] ?? [];
  const put = (fan: string, which: (row: ChildRow) => boolean, more: Partial<ChildRow>): Family => ({
    ...family,
    [fan]: rows(fan).map((row) => (which(row) ? { ...row, ...more } : row)),
  });
  switch (change.is) {
    case 'fanned_out':
      return { ...family, [change.fan]: [] };
    case 'added': {
      const more = change.children.map(
        (plan, place): ChildRow => ({ ...plan, index: change.first + place, state: 'open', report: null }),
      );
      return { ...family, [change.fan]: [...rows(change.fan), ...more] };
    }
    case 'reported': {
      const { fan, as, report } = change;
      if (as === 'conflicting') return family;
      const row = rows(fan).find(({ index }) => index === report.index);
      const state = row?.state === 'removed' ? row.state : as;
      return put(fan, ({ index }) => index === report.index, { state, report });
    }
    case 'removed':
      return put(change.fan, ({ index }) => index === change.index, { state: 'removed' });
    case 'withdrawn':
      return Object.fromEntries(
        Object.entries(family).map(([fan, children]) => [
          fan,
          change.fan !== null && change.fan !== fan
            ? children
            : children.map((row) => (row.state === 'open' ? { ...row, state: 'withdrawn' as const } : row)),
        ]),
      );
    default:
      return family;
  }
}

/** The children that have not answered yet, in their order; those that may not start yet come last in a real run, too. */
export function openChildren(family: Family, fan: Fan | null | undefined): readonly ChildRow[] {
  return fan ? (family[fan.id] ?? []).filter(({ state, index }) => state === 'open' && index < fan.released) : [];
}

/** The children that failed, and may be asked anew. */
export function failedChildren(family: Family, fan: Fan | null | undefined): readonly ChildRow[] {
  return fan ? (family[fan.id] ?? []).filter(({ state, index }) => state === 'failed' && !fan.gone.includes(index)) : [];
}

/** The call whose children a run waits for. */
export function callOf(
  definition: Definition,
  { stage, component }: Pick<Fan, 'stage' | 'component'>,
): SubWorkflowComponent | null {
  const found = stageOf(definition, stage).components.find((one) => one.id === component);
  return found?.kind === 'sub_workflow' ? found : null;
}

/** What a child hands back as far as its caller takes it: a name, and the field in which it is kept. */
export function resultsTaken(definition: Definition, call: SubWorkflowComponent): { name: string; field: Field | Scalar }[] {
  const columns = Object.entries(collectedColumns(definition, call)).filter(([name]) => isResult(name, call));
  const saved = Object.entries(call.save).flatMap(([key, name]) => {
    const field = definition.data[key];
    return field === undefined ? [] : [{ name, field }];
  });
  return [...columns.map(([name, field]) => ({ name, field })), ...saved];
}

const SAID = ['key', 'state', 'who', 'when'];

function isResult(name: string, call: SubWorkflowComponent): boolean {
  return !SAID.includes(name) && !Object.hasOwn(call.with, name);
}

/** Reads what a child is to hand back, by the types in which its caller keeps it. */
export function readResults(
  definition: Definition,
  call: SubWorkflowComponent,
  given: Record<string, unknown>,
): Read<Record<string, Value>> {
  const taken = resultsTaken(definition, call);
  const values: Record<string, Value> = {};
  const problems: Problem[] = Object.keys(given)
    .filter((name) => !taken.some((one) => one.name === name))
    .map((field) => ({ field, sentence: `The call takes ${taken.map(({ name }) => name).join(', ') || 'nothing'}.` }));
  for (const { name, field } of taken) {
    const json = given[name];
    if (json === undefined || json === null || json === '') continue;
    const read: Read<Value> =
      field.type === 'file' && typeof json === 'string' ? { ok: true, value: namedFile(json) } : readJson(field, json, name);
    if (read.ok) values[name] = read.value;
    else problems.push(...read.problems);
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, value: values };
}

/** What the child at that place reports. */
export function reportOf({ index }: ChildRow, results: Record<string, Value>, at: string, fails: string | undefined): Report {
  const who = { email: `child${index + 1}@example.com`, name: null };
  return fails === undefined
    ? { index, nth: 1, ended: 'done', who, results, at, note: '' }
    : { index, nth: 1, ended: 'cancelled', who: null, results: {}, at, note: fails };
}
