import type { Component } from '../components/component.ts';
import { type Definition, type Field, labelOf } from '../definition.ts';
import { celTypeOf, readJson } from '../fields/field.ts';
import { faultInPattern } from '../fields/text.ts';
import { tableRow } from '../tables.ts';
import { coverageOf } from './coverage.ts';
import type { Found, Path } from './finding.ts';

/** Limits that nothing can meet, values that do not fit their field, waits and rules that leave a case open. */
export function valueFindings(definition: Definition): Found[] {
  return [
    ...Object.entries(definition.data).flatMap(([key, field]) => fieldFindings(field, ['data', key])),
    ...Object.entries(definition.tables).flatMap(([key, table]) => tableFindings(table, ['tables', key])),
    ...Object.entries(definition.stages).flatMap(([key, { components }]) =>
      components.flatMap((component, index) =>
        componentFindings(definition, component, ['stages', key, 'components', index, component.kind]),
      ),
    ),
  ];
}

function fieldFindings(field: Field, path: Path): Found[] {
  const found: Found[] = [];
  if ('min' in field && 'max' in field && field.min !== undefined && field.max !== undefined && field.min > field.max) {
    found.push(
      misfit(
        [...path, 'max'],
        `Nothing is ${field.min} or more and ${field.max} or less.`,
        'Swap "min" and "max", or take one out.',
      ),
    );
  }
  if (field.type === 'text' && field.pattern !== undefined) {
    const fault = faultInPattern(field.pattern);
    if (fault !== null)
      found.push({
        path: [...path, 'pattern'],
        code: 'pattern',
        message: `This pattern cannot be read: ${fault}.`,
        remedy: 'Write a regular expression in RE2 syntax, like [A-Z]{2}[0-9]{6}.',
      });
  }
  if (field.type === 'list')
    found.push(...Object.entries(field.of).flatMap(([key, column]) => fieldFindings(column, [...path, 'of', key])));
  const literal = field.default;
  const isTemplate = typeof literal === 'string' && literal.includes('{{');
  if (literal !== undefined && !isTemplate) {
    const read = readJson(field, literal, '');
    if (!read.ok)
      found.push(
        misfit(
          [...path, 'default'],
          `This does not fit the field: ${read.problems[0]?.sentence}`,
          'Write a value that a person could give.',
        ),
      );
  }
  return found;
}

function tableFindings(table: Definition['tables'][string], path: Path): Found[] {
  const columns = Object.entries(table.columns).flatMap(([key, column]) => fieldFindings(column, [...path, 'columns', key]));
  const rows = table.rows.flatMap((row, index): Found[] => {
    const at: Path = [...path, 'rows', index];
    const unknown = Object.keys(row).filter((key) => key !== 'from' && key !== 'until' && !Object.hasOwn(table.columns, key));
    if (unknown.length > 0)
      return unknown.map((key) => ({
        ...misfit([...at, key], `There is no column "${key}".`, 'Declare it under columns.'),
        atKey: true,
      }));
    if (tableRow(table, row).length === 0)
      return [misfit(at, 'A cell of this row does not fit its column.', 'Compare each cell with the type of its column.')];
    const missing = Object.entries(table.columns).filter(
      ([key, { optional }]) => !optional && (row[key] === undefined || row[key] === ''),
    );
    if (missing.length > 0)
      return [misfit(at, `${missing[0]?.[0]} is missing in this row.`, 'Fill it in, or make the column optional.')];
    const [from, until] = [row.from, row.until];
    const days = [from, until].filter((day) => day !== undefined);
    if (days.some((day) => typeof day !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(day)))
      return [misfit(at, 'from and until are days.', 'Write them like 2026-01-01.')];
    return typeof from === 'string' && typeof until === 'string' && from > until
      ? [misfit([...at, 'until'], 'This row ends before it begins.', 'Swap from and until.')]
      : [];
  });
  return [...columns, ...rows];
}

function componentFindings(definition: Definition, component: Component, path: Path): Found[] {
  switch (component.kind) {
    case 'wait':
      return waitFindings(definition, component, path);
    case 'rules':
      return rulesFindings(definition, component, path);
    case 'lookup':
      return lookupFindings(definition, component, path);
    case 'checklist':
      return Object.entries(component.items).flatMap(([key, { measure }]) =>
        measure?.min !== undefined && measure.max !== undefined && measure.min > measure.max
          ? [
              misfit(
                [...path, 'items', key, 'measure'],
                `Nothing is ${measure.min} or more and ${measure.max} or less.`,
                'Swap "min" and "max".',
              ),
            ]
          : [],
      );
    default:
      return [];
  }
}

/** A rest ends in exactly one way; one that waits for an event says what happens when it does not come. */
function waitFindings(definition: Definition, component: Extract<Component, { kind: 'wait' }>, path: Path): Found[] {
  const ways = [component.for, component.until, component.event].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    return [
      { path, code: 'missing', message: 'A wait says exactly one of "for", "until" and "event".', remedy: 'Keep one of them.' },
    ];
  }
  if (component.until !== undefined) {
    const type = definition.data[component.until]?.type;
    if (type === undefined || type === 'date' || type === 'date_time') return [];
    return [misfit([...path, 'until'], `${component.until} is no day.`, 'Name data of type date or date_time.')];
  }
  if (component.event === undefined) return [];
  if (component.at_most !== undefined && component.otherwise !== undefined) return [];
  return [
    {
      path,
      code: 'wait_without_outcome',
      message: `If ${component.event} never comes, the run waits for ever.`,
      remedy: 'Say how long to wait with "at_most", and with "otherwise" which stage follows then.',
    },
  ];
}

function rulesFindings(definition: Definition, { rows, hit }: Extract<Component, { kind: 'rules' }>, path: Path): Found[] {
  const found = rows.flatMap((row, index) => rowFindings(definition, row, index, rows.length, path));
  const conditions = rows.flatMap(({ when }) => (when === undefined ? [] : [when]));
  if (found.length > 0 || conditions.length === 0) return found;
  const { overlap, gap } = coverageOf(conditions, definition);
  if (hit === 'only' && overlap !== null) {
    const message = `Rules ${overlap.first + 1} and ${overlap.second + 1} both hold when ${overlap.case.words}.`;
    found.push({
      path: [...path, 'rows', overlap.second],
      code: 'rules_overlap',
      message,
      remedy: 'Make one of them narrower, or write "hit: first".',
    });
  }
  if (gap !== null && conditions.length === rows.length) {
    const message = `No rule holds when ${gap.words}. Nothing is set then.`;
    found.push({
      path: [...path, 'rows'],
      atKey: true,
      code: 'rules_leave_a_gap',
      severity: 'warning',
      message,
      remedy: 'Add a row with "otherwise: true".',
    });
  }
  return found;
}

function rowFindings(
  definition: Definition,
  { when, otherwise, set }: Extract<Component, { kind: 'rules' }>['rows'][number],
  index: number,
  length: number,
  path: Path,
): Found[] {
  const at: Path = [...path, 'rows', index];
  const found: Found[] = [];
  if ((when === undefined) === (otherwise === undefined))
    found.push({
      path: at,
      code: 'missing',
      message: 'A rule says either "when" or "otherwise".',
      remedy: 'Write one of the two.',
    });
  else if (otherwise && index < length - 1)
    found.push({
      path: [...path, 'rows', index + 1],
      code: 'branch_after_otherwise',
      message: 'This rule never counts: the one before it takes every case.',
      remedy: 'Put "otherwise" last.',
    });
  for (const [key, literal] of Object.entries(set)) {
    const field = definition.data[key];
    if (field === undefined) continue;
    if (field.computed !== undefined)
      found.push(misfit([...at, 'set', key], `${key} is computed, and cannot be set, too.`, 'Take one of the two out.'));
    const read = literal === '' ? null : readJson(field, literal, key);
    if (read !== null && !read.ok)
      found.push(
        misfit(
          [...at, 'set', key],
          `This does not fit ${labelOf(definition, key)}: ${read.problems[0]?.sentence}`,
          'Write a value of its type.',
        ),
      );
  }
  return found;
}

function lookupFindings(definition: Definition, component: Extract<Component, { kind: 'lookup' }>, path: Path): Found[] {
  const columns = definition.tables[component.table]?.columns;
  if (columns === undefined) return [];
  const pairs = [
    ...Object.entries(component.match).map(([column, key]) => ({ at: ['match', column], column, key })),
    ...Object.entries(component.save).map(([key, column]) => ({ at: ['save', key], column, key })),
  ];
  return pairs.flatMap(({ at, column, key }) => {
    const [cell, field] = [columns[column], definition.data[key]];
    if (cell === undefined || field === undefined) return [];
    if (at[0] === 'save' && field.computed !== undefined)
      return [misfit([...path, ...at], `${key} is computed, and cannot be saved, too.`, 'Take one of the two out.')];
    const fits =
      JSON.stringify(celTypeOf(cell)) === JSON.stringify(celTypeOf(field)) &&
      (cell.type !== 'money' || field.type !== 'money' || cell.currency === field.currency);
    // What is kept has to be read again as its field: an address, a number, an option.
    const same = at[0] === 'match' || cell.type === field.type || field.type === 'text' || field.type === 'long_text';
    return fits && same
      ? []
      : [
          misfit(
            [...path, ...at],
            `The column ${column} is of type ${cell.type}, and ${key} of type ${field.type}.`,
            'Give both the same type.',
          ),
        ];
  });
}

function misfit(path: Path, message: string, remedy: string): Found {
  return { path, code: 'does_not_fit', message, remedy };
}
