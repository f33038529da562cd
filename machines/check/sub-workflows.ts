import type { SubWorkflowComponent } from '../components/component.ts';
import type { Definition } from '../definition.ts';
import { dataIn } from '../expressions.ts';
import { columnsOfItem } from '../items.ts';
import type { Found, Path } from './finding.ts';

/** A place at which a workflow calls another one. */
export type Call = { stage: string; index: number; component: SubWorkflowComponent; path: Path };

/** Every call of another workflow, in the order of the file. */
export function callsIn({ stages }: Definition): Call[] {
  return Object.entries(stages).flatMap(([stage, { components }]) =>
    components.flatMap((component, index): Call[] =>
      component.kind === 'sub_workflow'
        ? [{ stage, index, component, path: ['stages', stage, 'components', index, 'sub_workflow'] }]
        : [],
    ),
  );
}

/** The declared data that a call names, besides conditions. */
export function dataOfCall({ each, as, key, with: given }: SubWorkflowComponent): string[] {
  const plain = [...Object.values(given), ...(key === undefined ? [] : [key])].filter((source) => !source.includes('.'));
  return [...(typeof each === 'string' ? [each] : []), ...plain.filter((source) => each === undefined || source !== as)];
}

/** The conditions of a call over declared data; `row` and `so_far` stand for what comes back. */
export function conditionsOfCall({ each, counts, wait }: SubWorkflowComponent): { text: string; path: Path }[] {
  return [
    ...(typeof each === 'object' && each.where !== undefined ? [{ text: each.where, path: ['each', 'where'] }] : []),
    ...Object.entries(counts).map(([name, text]) => ({ text, path: ['counts', name] })),
    ...(typeof wait === 'object' && 'until' in wait ? [{ text: wait.until, path: ['wait', 'until'] }] : []),
  ];
}

/** Every datum that a call reads. */
export function readByCall(component: SubWorkflowComponent, definition: Definition): string[] {
  return [...dataOfCall(component), ...conditionsOfCall(component).flatMap(({ text }) => dataIn(text, definition))];
}

/** What a call says about itself that does not fit together, whatever the workflow that it calls may say. */
export function callShapeFindings(definition: Definition, component: SubWorkflowComponent, path: Path): Found[] {
  return [
    ...itemFindings(definition, component, path),
    ...countFindings(definition, component, path),
    ...keepFindings(definition, component, path),
  ];
}

function itemFindings(definition: Definition, component: SubWorkflowComponent, path: Path): Found[] {
  const { each, as } = component;
  const found: Found[] = [];
  if (typeof each === 'string') {
    const type = definition.data[each]?.type;
    if (type !== undefined && !['list', 'people', 'choices'].includes(type))
      found.push(misfit([...path, 'each'], `${each} holds a single value.`, 'Name data of type list, people or choices.'));
  }
  const parts = partsOfItem(component, definition);
  const sources: [Path, string][] = [
    ...Object.entries(component.with).map(([key, source]): [Path, string] => [[...path, 'with', key], source]),
    ...(component.key === undefined ? [] : [[[...path, 'key'], component.key] as [Path, string]]),
  ];
  for (const [at, source] of sources) {
    const [root = '', part] = source.split('.');
    if (part === undefined) {
      if (source === as && each !== undefined)
        found.push(misfit(at, `"${as}" has parts.`, `Name one of them: ${namesOf(parts, as)}.`));
      continue;
    }
    if (each === undefined || root !== as)
      found.push(misfit(at, `"${root}" has no parts here.`, each === undefined ? 'Name a datum.' : `Write ${as}.${part}.`));
    else if (parts !== null && !parts.includes(part))
      found.push(misfit(at, `An item has no "${part}".`, `It has ${namesOf(parts, as)}.`));
  }
  return found;
}

/** What an item of a call consists of; null where that is not known. */
function partsOfItem({ each }: SubWorkflowComponent, definition: Definition): string[] | null {
  const columns = columnsOfItem(each, definition);
  if (columns !== null) return [...Object.keys(columns), 'key', 'index'];
  const type = typeof each === 'string' ? definition.data[each]?.type : undefined;
  if (type === 'people') return ['email', 'name', 'key', 'index'];
  return type === 'choices' ? ['value', 'key', 'index'] : null;
}

function namesOf(parts: readonly string[] | null, as: string): string {
  return (parts ?? []).map((part) => `${as}.${part}`).join(', ');
}

function countFindings(definition: Definition, component: SubWorkflowComponent, path: Path): Found[] {
  const { counts, wait, veto, collect } = component;
  const names = Object.keys(counts);
  const found: Found[] = [];
  if (names.length > 0 && collect === undefined)
    found.push(
      misfit([...path, 'counts'], 'What is counted among has no columns.', 'Say with "collect" in which list the results go.'),
    );
  const known = (name: string | undefined, at: Path) => {
    if (name !== undefined && !names.includes(name))
      found.push(misfit(at, `Nothing is counted as "${name}".`, `Write it under "counts", like ${name}: row.decision == "…".`));
  };
  known(veto, [...path, 'veto']);
  if (typeof wait === 'object' && 'of' in wait) known(wait.of, [...path, 'wait', 'of']);
  for (const name of names) {
    const field = definition.data[`${component.id}_${name}`];
    if (['asked', 'arrived', 'missing', 'failed', 'open', 'outcome'].includes(name) || field?.type !== 'number')
      found.push(misfit([...path, 'counts', name], `"${name}" is counted anyway.`, 'Choose another name.'));
  }
  return found;
}

function keepFindings(definition: Definition, component: SubWorkflowComponent, path: Path): Found[] {
  const { each, collect, save } = component;
  const found: Found[] = [];
  if (each !== undefined && Object.keys(save).length > 0)
    found.push(misfit([...path, 'save'], 'Several children hand back several values.', 'Take them in a list with "collect".'));
  const field = collect === undefined ? undefined : definition.data[collect];
  if (collect !== undefined && field !== undefined && field.type !== 'list')
    found.push(misfit([...path, 'collect'], `${collect} has no rows.`, 'Name data of type list, or a new name.'));
  return found;
}

/**
 * Whether a single child surely hands back its results: nothing lets the run go on without it. An owner cannot accept
 * that nothing came either (machines/fan-out.ts).
 */
export function surelyReturns({ each, wait, time_limit, failure, veto }: SubWorkflowComponent): boolean {
  return each === undefined && wait === 'all' && time_limit === undefined && failure === 'ask' && veto === undefined;
}

function misfit(path: Path, message: string, remedy: string): Found {
  return { path, code: 'does_not_fit', message, remedy };
}
