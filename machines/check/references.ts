import { componentId } from '../components/component.ts';
import { keysIn } from '../components/form.ts';
import { type Component, type Definition, END, type Stage, SYSTEM } from '../definition.ts';
import { closest } from '../spelling.ts';
import type { FindingCode, Found, Path } from './finding.ts';

/** Names that point at nothing: successors, actors and data. */
export function referenceFindings(definition: Definition): Found[] {
  const stages = Object.entries(definition.stages);
  return [
    ...reservedNames(definition),
    ...definition.triggers.flatMap((trigger, index) =>
      'form' in trigger ? dataNames(definition, keysIn(trigger.form.collects), ['triggers', index, 'form', 'collects']) : [],
    ),
    ...stages.flatMap(([key, stage]) => [
      ...actorFindings(definition, key, stage),
      ...successorFindings(definition, key, stage),
      ...duplicateComponents(key, stage),
      ...stage.components.flatMap((component, index) => componentFindings(definition, key, stage, component, index)),
    ]),
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
    ...taken('actors', Object.keys(actors), [SYSTEM]),
    ...taken('stages', Object.keys(stages), [END]),
  ];
}

function actorFindings(definition: Definition, key: string, stage: Stage): Found[] {
  const path = ['stages', key];
  const found =
    stage.actor === SYSTEM ? [] : unknown(definition.actors, stage.actor, [...path, 'actor'], 'unknown_actor', 'actor');
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

function successorFindings(definition: Definition, key: string, { next }: Stage): Found[] {
  return (next ?? []).flatMap(({ to }, index) => {
    if (to === END) return [];
    // A single successor may be written as `next: review`.
    return unknown(definition.stages, to, ['stages', key, 'next', index, 'to'], 'unknown_stage', 'stage');
  });
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
  if (component.kind === 'form') {
    const asks: Found[] =
      stage.actor === SYSTEM
        ? [
            {
              path,
              code: 'system_asks_people',
              message: 'This stage belongs to the system, but its form asks a person.',
              remedy: 'Give the stage an actor, or move the form to another stage.',
            },
          ]
        : [];
    return [
      ...asks,
      ...dataNames(definition, component.shows, [...path, 'shows']),
      ...dataNames(definition, keysIn(component.collects), [...path, 'collects']),
    ];
  }
  if (component.kind === 'email') {
    return component.to === SYSTEM
      ? [
          {
            path: [...path, 'to'],
            code: 'person_expected',
            message: 'The system reads no mail.',
            remedy: 'Name an actor who is a person.',
          },
        ]
      : unknown(definition.actors, component.to, [...path, 'to'], 'unknown_actor', 'actor');
  }
  if (component.kind !== 'http') return [];
  return Object.keys(component.save).flatMap((name) =>
    unknown(definition.data, name, [...path, 'save', name], 'unknown_data', 'data', true),
  );
}

function dataNames(definition: Definition, names: readonly string[], path: Path): Found[] {
  return names.flatMap((name, index) => unknown(definition.data, name, [...path, index], 'unknown_data', 'data'));
}

function unknown(
  declared: Record<string, unknown>,
  name: string,
  path: Path,
  code: FindingCode,
  what: string,
  atKey = false,
): Found[] {
  if (Object.hasOwn(declared, name)) return [];
  const meant = closest(name, Object.keys(declared));
  const place = { stage: 'stages', actor: 'actors', data: 'data' }[what] ?? what;
  return [
    {
      path,
      atKey,
      code,
      message: what === 'data' ? `No data "${name}" is declared.` : `There is no ${what} "${name}".`,
      remedy: `${meant ? `Did you mean ${meant}? Otherwise declare` : 'Declare'} ${name} under ${place}.`,
    },
  ];
}
