import { asksPeople, type Component, componentId } from '../components/component.ts';
import type { Collected, Collects } from '../components/form.ts';
import { type Definition, END, type Field, type Stage, SYSTEM } from '../definition.ts';
import { closest } from '../spelling.ts';
import type { FindingCode, Found, Path } from './finding.ts';
import { keptFindings } from './kept.ts';
import { branchPartPath } from './paths.ts';
import { callShapeFindings } from './sub-workflows.ts';

/** Names that point at nothing: successors, actors, data, tables and columns. */
export function referenceFindings(definition: Definition): Found[] {
  const stages = Object.entries(definition.stages);
  return [
    ...reservedNames(definition),
    ...visibilityNames(definition),
    ...definition.checks.flatMap(({ at }, index) => dataNames(definition, [at], ['checks', index, 'at'], true)),
    ...definition.triggers.flatMap((trigger, index) => triggerFindings(definition, trigger, index)),
    ...stages.flatMap(([key, stage]) => [
      ...actorFindings(definition, key, stage),
      ...successorFindings(definition, key, stage),
      ...duplicateComponents(key, stage),
      ...stage.components.flatMap((component, index) => componentFindings(definition, key, stage, component, index)),
    ]),
    ...dataNames(definition, definition.results, ['results']),
    ...caseFindings(definition),
  ];
}

const RESERVED = ['starter', 'settings', 'secrets', 'portal', SYSTEM, END];

function reservedNames({ data, actors, stages }: Definition): Found[] {
  const taken = (path: string, names: string[], reserved: string[]) =>
    names
      .filter((name) => reserved.includes(name))
      .map((name) => ({
        path: [path, name],
        atKey: true,
        code: 'reserved_name' as const,
        message: `"${name}" already means something to Baton.`,
        remedy: 'Choose another name.',
      }));
  return [
    ...taken('data', Object.keys(data), RESERVED),
    ...taken('actors', Object.keys(actors), [SYSTEM, 'owner']),
    ...taken('stages', Object.keys(stages), [END]),
  ];
}

function visibilityNames({ data, actors }: Definition): Found[] {
  return Object.entries(data).flatMap(([key, { visible_to = [] }]) =>
    visible_to.flatMap((actor, index) => unknown(actors, actor, ['data', key, 'visible_to', index], 'unknown_actor', 'actor')),
  );
}

function triggerFindings(definition: Definition, trigger: Definition['triggers'][number], index: number): Found[] {
  if ('form' in trigger) return collectFindings(definition, trigger.form.collects, ['triggers', index, 'form', 'collects']);
  if ('sub_workflow' in trigger) {
    const path: Path = ['triggers', index, 'sub_workflow', 'collects'];
    return trigger.sub_workflow.collects.flatMap((name, at) => collectedFindings(definition, name, [...path, at]));
  }
  if (!('api' in trigger)) return [];
  return dataNames(definition, trigger.api.collects ?? [], ['triggers', index, 'api', 'collects']);
}

/** What forms ask for: declared data, none of it computed, no section in a section. */
function collectFindings(definition: Definition, collects: Collects, path: Path): Found[] {
  return collects.flatMap((item, index) => collectedFindings(definition, item, [...path, index]));
}

function collectedFindings(definition: Definition, item: Collected, path: Path): Found[] {
  if (typeof item === 'string') {
    return [...unknown(definition.data, item, path, 'unknown_data', 'data'), ...computedFindings(definition, item, path)];
  }
  if ('section' in item)
    return item.collects.flatMap((one, index) => collectedFindings(definition, one, [...path, 'collects', index]));
  const missing = unknown(definition.data, item.rows, [...path, 'rows'], 'unknown_data', 'data');
  const field = definition.data[item.rows];
  if (field === undefined) return missing;
  if (field.type !== 'list') return [misfit([...path, 'rows'], `${item.rows} has no rows.`, 'Name a datum of type list.')];
  return item.edit.flatMap((column, index) => unknown(field.of, column, [...path, 'edit', index], 'unknown_data', 'column'));
}

function computedFindings({ data }: Definition, key: string, path: Path): Found[] {
  if (data[key]?.computed === undefined) return [];
  return [
    misfit(path, `${key} is computed, and cannot be asked for, too.`, `Take ${key} out here, or take "computed" out of it.`),
  ];
}

function misfit(path: Path, message: string, remedy: string): Found {
  return { path, code: 'does_not_fit', message, remedy };
}

function actorFindings(definition: Definition, key: string, stage: Stage): Found[] {
  const path = ['stages', key];
  const known = (name: string, at: string) => unknown(definition.actors, name, [...path, at], 'unknown_actor', 'actor');
  const found = stage.actor === SYSTEM ? [] : known(stage.actor, 'actor');
  if (stage.decider !== undefined && stage.decider !== SYSTEM) found.push(...known(stage.decider, 'decider'));
  if (stage.escalate === undefined) return found;
  if (stage.actor === SYSTEM || stage.escalate.to === SYSTEM) {
    return [
      ...found,
      {
        path: [...path, 'escalate'],
        code: 'person_expected',
        message: 'Only people can be late, and only people can take over.',
        remedy: 'Name an actor who is a person, or take "escalate" out.',
      },
    ];
  }
  return [...found, ...unknown(definition.actors, stage.escalate.to, [...path, 'escalate', 'to'], 'unknown_actor', 'actor')];
}

function successorFindings(definition: Definition, key: string, stage: Stage): Found[] {
  const skipped = stage.skip?.to === undefined ? [] : stageNames(definition, stage.skip.to, ['stages', key, 'skip', 'to']);
  return [
    ...skipped,
    ...(stage.next ?? []).flatMap(({ to, afterwards }, index) => [
      ...stageNames(definition, to, branchPartPath(key, stage, index, 'to')),
      ...(afterwards === undefined ? [] : stageNames(definition, afterwards, branchPartPath(key, stage, index, 'afterwards'))),
    ]),
  ];
}

function stageNames(definition: Definition, to: string, path: Path): Found[] {
  return to === END ? [] : unknown(definition.stages, to, path, 'unknown_stage', 'stage');
}

function duplicateComponents(key: string, { components }: Stage): Found[] {
  const seen = new Set<string>();
  return components.flatMap((component, index): Found[] => {
    const id = componentId(component, index);
    if (!seen.has(id)) {
      seen.add(id);
      return [];
    }
    return [
      {
        path: ['stages', key, 'components', index],
        code: 'duplicate_component',
        message: `Two components of this stage are called ${id}.`,
        remedy: 'Give each its own id.',
      },
    ];
  });
}

function componentFindings(definition: Definition, key: string, stage: Stage, component: Component, index: number): Found[] {
  const path: Path = ['stages', key, 'components', index, component.kind];
  const asks: Found[] =
    asksPeople(component) && stage.actor === SYSTEM
      ? [
          {
            path,
            code: 'system_asks_people',
            message: `This stage belongs to the system, but its ${component.kind.replace('_', ' ')} asks a person.`,
            remedy: 'Give the stage an actor, or move it to another stage.',
          },
        ]
      : [];
  return [...asks, ...namesOf(definition, stage, component, path), ...keptFindings(definition, component, path)];
}

function namesOf(definition: Definition, stage: Stage, component: Component, path: Path): Found[] {
  const data = (names: readonly string[], at: string) => dataNames(definition, names, [...path, at]);
  const keys = (names: Record<string, unknown>, at: string) =>
    Object.keys(names).flatMap((name) => unknown(definition.data, name, [...path, at, name], 'unknown_data', 'data', true));
  const stageAt = (to: string | undefined, at: string) => (to === undefined ? [] : stageNames(definition, to, [...path, at]));
  switch (component.kind) {
    case 'form':
      return [...data(component.shows, 'shows'), ...collectFindings(definition, component.collects, [...path, 'collects'])];
    case 'file_request':
      return [...data(component.shows, 'shows'), ...fileNames(definition, component.collects, [...path, 'collects'])];
    case 'task':
      return [...data(component.shows, 'shows'), ...collectFindings(definition, component.proof, [...path, 'proof'])];
    case 'decision':
      return [
        ...data(component.shows, 'shows'),
        ...data(component.collects, 'collects'),
        ...outcomeNames(definition, component, path),
      ];
    case 'checklist':
      return [...data(component.shows, 'shows'), ...signerFindings(definition, stage, component.sign_off, path)];
    case 'email':
      return [...recipient(definition, component.to, path), ...fileNames(definition, component.attach, [...path, 'attach'])];
    case 'http':
      return keys(component.save, 'save');
    case 'wait':
      return [
        ...(component.until === undefined ? [] : data([component.until], 'until').map(single)),
        ...keys(component.save, 'save'),
        ...stageAt(component.otherwise, 'otherwise'),
      ];
    case 'lookup':
      return [
        ...lookupNames(definition, component, path),
        ...keys(component.save, 'save'),
        ...stageAt(component.otherwise, 'otherwise'),
      ];
    case 'rules':
      return component.rows.flatMap(({ set }, row) =>
        Object.keys(set).flatMap((name) =>
          unknown(definition.data, name, [...path, 'rows', row, 'set', name], 'unknown_data', 'data', true),
        ),
      );
    case 'sub_workflow':
      return [...callNames(definition, component, path), ...keys(component.save, 'save')];
    case 'document':
    case 'note':
      return [];
  }
}

function callNames(definition: Definition, component: Extract<Component, { kind: 'sub_workflow' }>, path: Path): Found[] {
  const { each, as, key, with: given } = component;
  const plain = (name: string | undefined, at: Path) =>
    name === undefined || name.includes('.') || (name === as && each !== undefined)
      ? []
      : dataNames(definition, [name], at, true);
  const items =
    typeof each === 'object'
      ? unknown(definition.tables, each.table, [...path, 'each', 'table'], 'unknown_table', 'table')
      : dataNames(definition, each === undefined ? [] : [each], [...path, 'each'], true);
  return [
    ...items,
    ...plain(key, [...path, 'key']),
    ...Object.entries(given).flatMap(([name, source]) => plain(source, [...path, 'with', name])),
    ...(items.length > 0 ? [] : callShapeFindings(definition, component, path)),
  ];
}

/** A single name stands without a list around it. */
function single(found: Found): Found {
  return { ...found, path: found.path.slice(0, -1) };
}

function fileNames(definition: Definition, names: readonly string[], path: Path): Found[] {
  return names.flatMap((name, index) => {
    const field: Field | undefined = definition.data[name];
    if (field === undefined) return unknown(definition.data, name, [...path, index], 'unknown_data', 'data');
    return field.type === 'file' || field.type === 'files'
      ? []
      : [misfit([...path, index], `${name} is no file.`, 'Name data of type file or files.')];
  });
}

function outcomeNames(definition: Definition, { outcomes }: Extract<Component, { kind: 'decision' }>, path: Path): Found[] {
  return Object.entries(outcomes).flatMap(([outcome, { limit, collects }]) => {
    const at: Path = [...path, 'outcomes', outcome];
    const found = dataNames(definition, collects, [...at, 'collects']);
    if (limit === undefined) return found;
    return [
      ...found,
      ...numberNames(definition, limit.data, [...at, 'limit', 'data']),
      ...(limit.at_most === undefined ? [] : numberNames(definition, limit.at_most, [...at, 'limit', 'at_most'])),
    ];
  });
}

function numberNames(definition: Definition, name: string, path: Path): Found[] {
  const field = definition.data[name];
  if (field === undefined) return unknown(definition.data, name, path, 'unknown_data', 'data');
  if (field.type === 'number' || field.type === 'money') return [];
  return [misfit(path, `${name} is neither a number nor an amount.`, 'Name data of type number or money.')];
}

function signerFindings(definition: Definition, stage: Stage, signer: string | undefined, path: Path): Found[] {
  if (signer === undefined) return [];
  if (signer === stage.actor || signer === SYSTEM) {
    return [
      {
        path: [...path, 'sign_off'],
        code: 'person_expected',
        message: 'A checklist is signed by a second person.',
        remedy: 'Name another actor than the one of the stage.',
      },
    ];
  }
  return unknown(definition.actors, signer, [...path, 'sign_off'], 'unknown_actor', 'actor');
}

function recipient(definition: Definition, to: string, path: Path): Found[] {
  if (to !== SYSTEM) return unknown(definition.actors, to, [...path, 'to'], 'unknown_actor', 'actor');
  return [
    {
      path: [...path, 'to'],
      code: 'person_expected',
      message: 'The system reads no mail.',
      remedy: 'Name an actor who is a person.',
    },
  ];
}

function lookupNames(definition: Definition, component: Extract<Component, { kind: 'lookup' }>, path: Path): Found[] {
  const table = definition.tables[component.table];
  if (table === undefined) return unknown(definition.tables, component.table, [...path, 'table'], 'unknown_table', 'table');
  return [
    ...Object.entries(component.match).flatMap(([column, key]) => [
      ...unknown(table.columns, column, [...path, 'match', column], 'unknown_table', 'column', true),
      ...unknown(definition.data, key, [...path, 'match', column], 'unknown_data', 'data'),
    ]),
    ...Object.entries(component.save).flatMap(([key, column]) =>
      unknown(table.columns, column, [...path, 'save', key], 'unknown_table', 'column'),
    ),
  ];
}

function caseFindings(definition: Definition): Found[] {
  return definition.cases.flatMap((saved, index) => {
    const path: Path = ['cases', index];
    const stages = [saved.expect.ends_in, saved.expect.waits_in].flatMap((name, at) =>
      name === undefined ? [] : stageNames(definition, name, [...path, 'expect', at === 0 ? 'ends_in' : 'waits_in']),
    );
    const visited = (saved.expect.visits ?? []).flatMap((name, at) =>
      stageNames(definition, name, [...path, 'expect', 'visits', at]),
    );
    const given = Object.keys(saved.starts_with).flatMap((name) =>
      unknown(definition.data, name, [...path, 'starts_with', name], 'unknown_data', 'data', true),
    );
    const steps = saved.steps.flatMap((step, at) =>
      'stage' in step ? stageNames(definition, step.stage, [...path, 'steps', at, 'stage']) : [],
    );
    return [...given, ...steps, ...stages, ...visited];
  });
}

function dataNames(definition: Definition, names: readonly string[], path: Path, alone = false): Found[] {
  return names.flatMap((name, index) => unknown(definition.data, name, alone ? path : [...path, index], 'unknown_data', 'data'));
}

const PLACES: Record<string, string> = { stage: 'stages', actor: 'actors', data: 'data', table: 'tables', column: 'its columns' };

function unknown(
  declared: Record<string, unknown>,
  name: string,
  path: Path,
  code: FindingCode,
  what: string,
  atKey = false,
): Found[] {
  if (Object.hasOwn(declared, name)) return [];
  const remedy = () => {
    const meant = closest(name, Object.keys(declared));
    return `${meant ? `Did you mean ${meant}? Otherwise declare` : 'Declare'} ${name} under ${PLACES[what] ?? what}.`;
  };
  return [
    {
      path,
      atKey,
      code,
      message: what === 'data' ? `No data "${name}" is declared.` : `There is no ${what} "${name}".`,
      remedy,
    },
  ];
}
