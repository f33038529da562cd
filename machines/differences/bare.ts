import type { Definition, Stage, Successor } from '../definition.ts';
import type { Field } from '../fields/field.ts';
import type { Place } from '../fields/field-type.ts';
import { impliedData, impliedPaths } from '../implied.ts';
import { isSame } from './saying.ts';

/**
 * A definition without what follows from the rest of it: data and paths that components imply, and the place that each
 * field is given. A change is then told once, where it was made.
 */
export function bare(definition: Definition): Definition {
  const { timezone, locale } = definition;
  const place = { timezone, ...(locale === undefined ? {} : { locale }) };
  const implied = impliedIn(definition);
  const data = Object.entries(definition.data).flatMap(([key, field]): [string, Field][] => {
    const own = withoutPlace(field, place);
    return isSame(own, implied.get(key)) ? [] : [[key, own]];
  });
  return {
    ...definition,
    data: Object.fromEntries(data),
    stages: Object.fromEntries(Object.entries(definition.stages).map(([key, stage]) => [key, withoutImpliedPaths(stage)])),
    tables: Object.fromEntries(
      Object.entries(definition.tables).map(([key, table]) => [
        key,
        { ...table, columns: mapped(table.columns, (column) => without(column, place)) },
      ]),
    ),
  };
}

function impliedIn({ stages }: Definition): Map<string, Field> {
  const components = Object.values(stages).flatMap((stage) => stage.components);
  return new Map(components.flatMap((component) => Object.entries(impliedData(component))));
}

function withoutPlace(field: Field, place: Place): Field {
  const own = without(field, place);
  return own.type === 'list' ? { ...own, of: mapped(own.of, (column) => without(column, place)) } : own;
}

/** Without the keys of `place`, where they say the same. */
function without<T extends object>(field: T, place: Place): T {
  const given: Place = field;
  const timezone = given.timezone === place.timezone ? undefined : given.timezone;
  const locale = given.locale === place.locale ? undefined : given.locale;
  return Object.assign({}, field, { timezone, locale });
}

function withoutImpliedPaths({ next = [], ...stage }: Stage): Stage {
  const implied = impliedPaths(stage.components);
  const own = next.filter((one: Successor) => !implied.some((other) => isSame(one, other)));
  return own.length === 0 ? stage : { ...stage, next: own };
}

function mapped<A, B>(record: Record<string, A>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
