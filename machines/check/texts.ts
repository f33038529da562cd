import { keysIn } from '../components/form.ts';
import { type Component, type Definition, fieldOf, type Stage } from '../definition.ts';
import { checkCondition, dataIn, type TextProblem } from '../expressions.ts';
import { celValueOf } from '../fields/field.ts';
import { checkTemplate, dataInTemplate, namesInTemplate } from '../templates.ts';
import { EMAIL } from '../words.ts';
import type { Found, Path } from './finding.ts';

/** Conditions and templates: whether they can be read, and whether what they name is declared and ever gathered. */
export function textFindings(definition: Definition): Found[] {
  const gathered = gatheredIn(definition);
  const template = (text: string, path: Path, secrets = false) => templateFindings(definition, gathered, text, path, secrets);
  return [
    ...(definition.run_title === undefined ? [] : template(definition.run_title, ['run_title'])),
    ...outOfReach(definition.run_title ?? '', ['run_title'], ['starter', ...Object.keys(definition.data)]),
    ...settingFindings(definition),
    ...actorFindings(definition),
    ...Object.entries(definition.stages).flatMap(([key, stage]) => [
      ...conditionFindings(definition, gathered, key, stage),
      ...stage.components.flatMap((component, index) =>
        componentTexts(component).flatMap(({ text, path, secrets }) =>
          template(text, ['stages', key, 'components', index, component.kind, ...path], secrets),
        ),
      ),
      ...shownFindings(definition, gathered, key, stage),
    ]),
  ];
}

type ComponentText = { text: string; path: Path; secrets: boolean };

function componentTexts(component: Component): ComponentText[] {
  if (component.kind === 'email') return [plain(component.subject, 'subject'), plain(component.body, 'body')];
  if (component.kind !== 'http') return [];
  return [
    plain(component.url, 'url'),
    ...Object.entries(component.headers).map(([name, text]) => ({ text, path: ['headers', name], secrets: true })),
    ...textsIn(component.json, ['json']),
  ];
}

function plain(text: string, key: string): ComponentText {
  return { text, path: [key], secrets: false };
}

function textsIn(json: unknown, path: Path): ComponentText[] {
  if (typeof json === 'string') return [{ text: json, path, secrets: false }];
  if (Array.isArray(json)) return json.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof json !== 'object' || json === null) return [];
  return Object.entries(json).flatMap(([key, value]) => textsIn(value, [...path, key]));
}

function templateFindings(
  definition: Definition,
  gathered: ReadonlySet<string>,
  text: string,
  path: Path,
  secrets: boolean,
): Found[] {
  const problems = checkTemplate(text, definition, { secrets });
  if (problems.length > 0) return problems.map((problem) => faulty(problem, path, 'template'));
  return neverGathered(dataInTemplate(text, definition), gathered, path);
}

/** Each setting's default is made once for the whole portal, so it can name nothing but the portal's address. */
function settingFindings(definition: Definition): Found[] {
  return Object.entries(definition.settings).flatMap(([name, text]) => {
    const path = ['settings', name];
    const problems = checkTemplate(text, definition, { secrets: false });
    if (problems.length > 0) return problems.map((problem) => faulty(problem, path, 'template'));
    return outOfReach(text, path, ['portal']);
  });
}

function outOfReach(text: string, path: Path, names: readonly string[]): Found[] {
  return namesInTemplate(text)
    .filter((name) => ['portal', 'settings', 'starter'].includes(name) || path[0] === 'settings')
    .filter((name) => !names.includes(name))
    .map((name) => ({
      path,
      code: 'template',
      message: `"${name}" cannot be named here.`,
      remedy: `Write it without {{ ${name} }}.`,
    }));
}

/** Numbers have no empty value: a rule over one that may have been left empty could not be judged. */
function emptyFindings(definition: Definition, names: readonly string[], path: Path): Found[] {
  return names
    .filter((name) => fieldOf(definition, name).optional && celValueOf(fieldOf(definition, name), undefined) === null)
    .map((name) => ({
      path,
      code: 'condition',
      message: `"${name}" may be left empty, and then this rule cannot be judged.`,
      remedy: `Take "optional" out of ${name}.`,
    }));
}

function conditionFindings(definition: Definition, gathered: ReadonlySet<string>, key: string, { next }: Stage): Found[] {
  return (next ?? []).flatMap(({ when }, index) => {
    if (when === undefined) return [];
    const path = ['stages', key, 'next', index, 'when'];
    const problem = checkCondition(when, definition);
    if (problem !== null) return [faulty(problem, path, 'condition')];
    const names = dataIn(when, definition);
    return [...neverGathered(names, gathered, path), ...emptyFindings(definition, names, path)];
  });
}

function shownFindings(definition: Definition, gathered: ReadonlySet<string>, key: string, { components }: Stage): Found[] {
  return components.flatMap((component, index) =>
    component.kind === 'form'
      ? component.shows.flatMap((name, at) =>
          Object.hasOwn(definition.data, name)
            ? neverGathered([name], gathered, ['stages', key, 'components', index, 'form', 'shows', at])
            : [],
        )
      : [],
  );
}

/** An actor's address is fixed or an address that has been gathered: nothing else is sure to be one. */
function actorFindings(definition: Definition): Found[] {
  return Object.entries(definition.actors).flatMap(([key, actor]): Found[] => {
    if ('from' in actor) return [];
    const path = ['actors', key, 'email'];
    const problems = checkTemplate(actor.email, definition, { secrets: false });
    if (problems.length > 0) return problems.map((problem) => faulty(problem, path, 'template'));
    const [, single] = /^\s*\{\{\s*([a-z][a-z0-9_]*)\s*\}\}\s*$/.exec(actor.email) ?? [];
    const field = single === undefined ? undefined : definition.data[single];
    const fixed = !actor.email.includes('{') && EMAIL.safeParse(actor.email).success;
    if (fixed || (field?.type === 'email' && !field.optional)) return [];
    return [
      {
        path,
        code: 'actor_address',
        message: 'This may turn out to be no address when the hand-off comes.',
        remedy: 'Write one address, or {{ name }} of a datum of type email that is not optional.',
      },
    ];
  });
}

function gatheredIn(definition: Definition): Set<string> {
  const keys = new Set<string>();
  for (const trigger of definition.triggers) {
    if ('form' in trigger) for (const key of keysIn(trigger.form.collects)) keys.add(key);
    // A program may give anything that is declared.
    if ('api' in trigger || 'by_hand' in trigger) for (const key of Object.keys(definition.data)) keys.add(key);
  }
  for (const { components } of Object.values(definition.stages)) {
    for (const component of components) {
      if (component.kind === 'form') for (const key of keysIn(component.collects)) keys.add(key);
      if (component.kind === 'http') for (const key of Object.keys(component.save)) keys.add(key);
    }
  }
  return keys;
}

function neverGathered(names: readonly string[], gathered: ReadonlySet<string>, path: Path): Found[] {
  return names
    .filter((name) => !gathered.has(name))
    .map((name) => ({
      path,
      code: 'never_gathered',
      message: `"${name}" is used here, but nothing ever gathers it.`,
      remedy: `Collect ${name} in a form, or save it from a call.`,
    }));
}

function faulty({ message, offset }: TextProblem, path: Path, code: 'condition' | 'template'): Found {
  const remedy =
    code === 'condition'
      ? 'Compare declared data, like: decision == "approve" && amount > 5000.'
      : 'Name declared data in double braces, like {{ amount }}.';
  return { path, code, message, remedy, offset };
}
