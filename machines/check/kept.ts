import type { Component } from '../components/component.ts';
import type { Definition, Field } from '../definition.ts';
import { impliedData } from '../implied.ts';
import { isTaken } from '../words.ts';
import type { Found, Path } from './finding.ts';

/** What a component keeps has to fit the data in which it is kept, also where nobody has to declare them. */
export function keptFindings({ data }: Definition, component: Component, path: Path): Found[] {
  const implied = Object.entries(impliedData(component));
  return [
    ...implied.flatMap(([key, field]) => impliedFindings(data[key], field, key, path)),
    ...savedBy(component).flatMap((key) =>
      data[key]?.computed === undefined
        ? []
        : [misfit([...path, 'save', key], `${key} is computed, and cannot be saved, too.`, 'Take one of the two out.')],
    ),
  ];
}

function savedBy(component: Component): string[] {
  return 'save' in component && component.kind !== 'lookup' ? Object.keys(component.save) : [];
}

function impliedFindings(declared: Field | undefined, kept: Field, key: string, path: Path): Found[] {
  if (isTaken(key))
    return [misfit(path, `This would be kept as "${key}", which already means something.`, 'Choose another name.')];
  if (declared === undefined) return [];
  if (declared.computed !== undefined)
    return [misfit(path, `${key} is kept here, and cannot be computed, too.`, `Take "computed" out of ${key}.`)];
  if (plainType(declared) !== plainType(kept))
    return [misfit(path, `${kept.type} is kept here as ${key}, which is ${declared.type}.`, `Make ${key} ${kept.type}.`)];
  if (!('options' in declared && 'options' in kept)) return [];
  const { options } = declared;
  const lacking = Object.keys(kept.options).filter((option) => !Object.hasOwn(options, option));
  return lacking.length === 0
    ? []
    : [misfit(path, `${key} may also be ${lacking.join(' or ')}.`, `Give ${key} these options, too, or take it out of "data".`)];
}

function plainType({ type }: Field): string {
  return type === 'long_text' ? 'text' : type;
}

function misfit(path: Path, message: string, remedy: string): Found {
  return { path, code: 'does_not_fit', message, remedy };
}
