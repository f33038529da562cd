import { asksPeople, type Component } from '../components/component.ts';
import { type Definition, type Stage, SYSTEM } from '../definition.ts';
import { checkCondition, checkExpression, dataIn, type Extra, rowType, type TextProblem } from '../expressions.ts';
import { soFar } from '../fan-out.ts';
import { isVisibleTo } from '../hand-offs.ts';
import { collectedColumns } from '../results.ts';
import { checkTemplate, dataInTemplate, namesInTemplate, singleName } from '../templates.ts';
import { EMAIL } from '../words.ts';
import type { Found, Path } from './finding.ts';
import { gatheredIn } from './gathered.ts';
import { branchPartPath, textsIn } from './paths.ts';
import { conditionsOfCall } from './sub-workflows.ts';

/** Conditions and templates: whether they can be read, and whether what they name is declared and ever gathered. */
export function textFindings(definition: Definition): Found[] {
  const gathered = gatheredIn(definition);
  const template = (text: string, path: Path, secrets = false) => templateFindings(definition, gathered, text, path, secrets);
  return [
    ...titleFindings(definition, gathered),
    ...settingFindings(definition),
    ...actorFindings(definition),
    ...definition.checks.flatMap(({ that }, index) => conditionFindings(definition, that, ['checks', index, 'that'])),
    ...dataFindings(definition),
    ...Object.entries(definition.stages).flatMap(([key, stage]) => [
      ...ruleFindings(definition, gathered, key, stage),
      ...stage.components.flatMap((component, index) => {
        const path: Path = ['stages', key, 'components', index, component.kind];
        return [
          ...componentTexts(component).flatMap(({ text, path: at, secrets }) => template(text, [...path, ...at], secrets)),
          ...componentRules(definition, component, path),
          ...usedFindings(gathered, component, path),
          ...hiddenFindings(definition, stage, component, path),
        ];
      }),
    ]),
  ];
}

type ComponentText = { text: string; path: Path; secrets: boolean };

function componentTexts(component: Component): ComponentText[] {
  if (component.kind === 'email') return [plain(component.subject, 'subject'), plain(component.body, 'body')];
  if (component.kind === 'document') return [plain(component.title, 'title'), plain(component.template, 'template')];
  if (component.kind !== 'http') return [];
  return [
    plain(component.url, 'url'),
    ...Object.entries(component.headers).map(([name, text]) => ({ text, path: ['headers', name], secrets: true })),
    ...textsIn(component.json, ['json']).map((one) => ({ ...one, secrets: false })),
  ];
}

function plain(text: string, key: string): ComponentText {
  return { text, path: [key], secrets: false };
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

/** The title of a run stands in every mail and list, so everybody concerned has to be allowed to see what it names. */
function titleFindings(definition: Definition, gathered: ReadonlySet<string>): Found[] {
  const { run_title } = definition;
  if (run_title === undefined) return [];
  const found = templateFindings(definition, gathered, run_title, ['run_title'], false);
  const hidden = dataInTemplate(run_title, definition).filter((key) => definition.data[key]?.visible_to !== undefined);
  return [
    ...found,
    ...outOfReach(run_title, ['run_title'], ['starter', ...Object.keys(definition.data)]),
    ...hidden.map((key) => hiddenFrom(key, 'everybody who sees the run', ['run_title'])),
  ];
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

function conditionFindings(definition: Definition, condition: string, path: Path, extra?: Extra): Found[] {
  const problem = checkCondition(condition, definition, extra);
  return problem === null ? [] : [faulty(problem, path, 'condition')];
}

function ruleFindings(definition: Definition, gathered: ReadonlySet<string>, key: string, stage: Stage): Found[] {
  const skip = stage.skip === undefined ? [] : conditionFindings(definition, stage.skip.when, ['stages', key, 'skip', 'when']);
  const branches = (stage.next ?? []).flatMap(({ when, at }, index) => {
    // What a decision's outcome says is Baton's own.
    if (when === undefined || at !== undefined) return [];
    const path = branchPartPath(key, stage, index, 'when');
    const found = conditionFindings(definition, when, path);
    return found.length > 0 ? found : neverGathered(dataIn(when, definition), gathered, path);
  });
  return [...skip, ...branches];
}

function componentRules(definition: Definition, component: Component, path: Path): Found[] {
  if (component.kind === 'rules') {
    return component.rows.flatMap(({ when }, index) =>
      when === undefined ? [] : conditionFindings(definition, when, [...path, 'rows', index, 'when']),
    );
  }
  if (component.kind === 'sub_workflow') return callRules(definition, component, path);
  const table = component.kind === 'lookup' ? definition.tables[component.table] : undefined;
  if (component.kind !== 'lookup' || component.where === undefined || table === undefined) return [];
  return conditionFindings(definition, component.where, [...path, 'where'], rowType(table.columns));
}

function callRules(definition: Definition, component: Extract<Component, { kind: 'sub_workflow' }>, path: Path): Found[] {
  const { each } = component;
  const items = typeof each === 'object' ? definition.tables[each.table]?.columns : undefined;
  const extras: Record<string, Extra> = {
    each: rowType(items ?? {}),
    counts: rowType(collectedColumns(definition, component)),
    wait: soFar(component),
  };
  return conditionsOfCall(component).flatMap(({ text, path: at }) =>
    conditionFindings(definition, text, [...path, ...at], extras[String(at[0])]),
  );
}

/** The conditions, expressions and defaults of declared data. */
function dataFindings(definition: Definition): Found[] {
  const keys = Object.keys(definition.data);
  return Object.entries(definition.data).flatMap(([key, field], place) => {
    const conditions = (['show_when', 'require_when'] as const).flatMap((name) =>
      field[name] === undefined ? [] : conditionFindings(definition, field[name], ['data', key, name]),
    );
    const template = typeof field.default === 'string' ? checkTemplate(field.default, definition, { secrets: false }) : [];
    const computed = field.computed === undefined ? [] : computedFindings(definition, key, field.computed, keys.slice(place));
    return [...conditions, ...template.map((problem) => faulty(problem, ['data', key, 'default'], 'template')), ...computed];
  });
}

const FITTING: Record<string, string[]> = {
  number: ['double', 'int'],
  money: ['double', 'int'],
  yes_no: ['bool'],
  text: ['string'],
  long_text: ['string'],
  choice: ['string'],
  date: ['string'],
};

function computedFindings(definition: Definition, key: string, expression: string, notYet: readonly string[]): Found[] {
  const path = ['data', key, 'computed'];
  const field = definition.data[key];
  const fitting = FITTING[field?.type ?? ''];
  if (fitting === undefined) {
    const remedy = `Only ${Object.keys(FITTING).join(', ')} can be computed.`;
    return [{ path, code: 'does_not_fit', message: `A datum of type ${field?.type} cannot be computed.`, remedy }];
  }
  const checked = checkExpression(expression, definition);
  if ('message' in checked) return [faulty(checked, path, 'condition')];
  if (!fitting.includes(checked.type)) {
    const message = `This gives a ${checked.type}, which does not fit a datum of type ${field?.type}.`;
    return [{ path, code: 'does_not_fit', message, remedy: `Write an expression that gives a ${fitting[0]}.` }];
  }
  const later = notYet.filter(
    (name) => new RegExp(`(?<![.\\w])${name}\\b`).test(expression) && definition.data[name]?.computed !== undefined,
  );
  return later.map((name) => ({
    path,
    code: 'does_not_fit' as const,
    message: name === key ? `${key} is computed from itself.` : `${name} is computed later than ${key}.`,
    remedy: 'A computed datum may name computed data that are declared above it.',
  }));
}

/** Nobody may be shown what is restricted to others. */
function hiddenFindings(definition: Definition, stage: Stage, component: Component, path: Path): Found[] {
  if (component.kind === 'email') {
    const named = [component.subject, component.body].flatMap((text) => dataInTemplate(text, definition));
    const hidden = [...new Set([...named, ...component.attach])].filter((key) => !isVisibleTo(definition, key, component.to));
    return hidden.map((key) => hiddenFrom(key, component.to, [...path, component.attach.includes(key) ? 'attach' : 'body']));
  }
  if (!asksPeople(component)) return [];
  const shown = component.shows.flatMap((key, index) =>
    isVisibleTo(definition, key, stage.actor) ? [] : [hiddenFrom(key, stage.actor, [...path, 'shows', index])],
  );
  if (stage.escalate === undefined || stage.escalate.to === SYSTEM) return shown;
  const { to } = stage.escalate;
  return [
    ...shown,
    ...component.shows.flatMap((key, index) =>
      isVisibleTo(definition, key, to) ? [] : [hiddenFrom(key, to, [...path, 'shows', index])],
    ),
  ];
}

function hiddenFrom(key: string, whom: string, path: Path): Found {
  return {
    path,
    code: 'hidden_data',
    message: `"${key}" is not for the eyes of ${whom}.`,
    remedy: `Take it out here, or add them to "visible_to" of ${key}.`,
  };
}

/** An actor's address is fixed or an address that has been gathered: nothing else is sure to be one. */
function actorFindings(definition: Definition): Found[] {
  return Object.entries(definition.actors).flatMap(([key, actor]): Found[] => {
    if ('from' in actor) return [];
    const path = ['actors', key, 'email'];
    const problems = checkTemplate(actor.email, definition, { secrets: false });
    if (problems.length > 0) return problems.map((problem) => faulty(problem, path, 'template'));
    const single = singleName(actor.email);
    const field = single === null ? undefined : definition.data[single];
    const fixed = !actor.email.includes('{') && EMAIL.safeParse(actor.email).success;
    if (fixed || ((field?.type === 'email' || field?.type === 'person') && field.computed === undefined)) return [];
    return [
      {
        path,
        code: 'actor_address',
        message: 'This may turn out to be no address when the hand-off comes.',
        remedy: 'Write one address, or {{ name }} of a datum of type email or person.',
      },
    ];
  });
}

/** What is shown has to be gathered by something. */
function usedFindings(gathered: ReadonlySet<string>, component: Component, path: Path): Found[] {
  if (!asksPeople(component)) return [];
  return component.shows.flatMap((name, at) => neverGathered([name], gathered, [...path, 'shows', at]));
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
