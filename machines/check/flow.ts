import { asksPeople, type Component, componentId } from '../components/component.ts';
import { type Definition, END, fieldOf, firstStage, labelOf, type Stage, SYSTEM, stageTitle } from '../definition.ts';
import { rowType } from '../expressions.ts';
import { soFar } from '../fan-out.ts';
import { impliedData } from '../implied.ts';
import { askingOf, judgedBranches, signOffId, startSections } from '../questions/asking.ts';
import { type Question, questionsOf } from '../questions/question.ts';
import { collectedColumns } from '../results.ts';
import { namesAlways, singleName } from '../templates.ts';
import { isExhaustive } from './coverage.ts';
import type { Found, Path } from './finding.ts';
import { givenWhen, type Level, needsOf } from './names.ts';
import { branchPartPath, textsIn } from './paths.ts';
import { conditionsOfCall, surelyReturns } from './sub-workflows.ts';

/** A datum that is used at a place, and what has to be known of it. `soft`: left out when it is missing. */
type Use = { key: string; need: 1 | 2; path: Path; offset?: number; soft?: boolean };
/** What a part of a stage does to the levels of data: where it is not named, the level stays. */
type Gains = Map<string, Level>;
type Exit = { to: string; gains: Gains };
type Part = { uses: Use[]; gains: Gains; lowers: Gains; raises: Gains; exits: Exit[] };
type Branch = { to: string[]; uses: Use[]; given: ReadonlySet<string> };
type Node = { key: string; skip: Branch | null; parts: Part[]; branches: Branch[] };

/**
 * Definite assignment over every path: each datum that is used must have been gathered on all of them. Walks, datum by
 * datum, through all pairs of a stage and what is known of the datum there, breadth first, so that the path which is
 * named is a shortest one (a forward data-flow analysis as in Aho, Lam, Sethi and Ullman, "Compilers", 9.2).
 */
export function flowFindings(definition: Definition): Found[] {
  const { nodes, used } = nodesOf(definition);
  const starts = startsOf(definition);
  return used.flatMap((key) => walk(definition, nodes, starts, key, firstStage(definition)));
}

/** Where a run stands: in a stage, at one of its components, or past all of them. */
export type Standing = { stage: string; component: number };
/** A datum that lacks, and the stage in which it is needed. */
export type Lack = { key: string; stage: string };

// Keys of stages have no blanks, so this can never be one.
const HERE = ' here';

/** What a run that stands there may come to need and has not: `levelOf` says what is known of each datum now. */
export function lacksFrom(definition: Definition, { stage, component }: Standing, levelOf: (key: string) => Level): Lack[] {
  const { nodes } = nodesOf(definition);
  const node = nodes.get(stage);
  if (node === undefined) return [];
  const rest = { ...node, skip: null, parts: [...node.parts.slice(0, 1), ...node.parts.slice(component + 1)] };
  return lacksIn(definition, new Map([...nodes, [HERE, rest] as const]), HERE, stage, levelOf);
}

/** What a run that is about to enter a stage, or to end, may come to need and has not. */
export function lacksAt(definition: Definition, stage: string, levelOf: (key: string) => Level): Lack[] {
  return lacksIn(definition, nodesOf(definition).nodes, stage, stage, levelOf);
}

function lacksIn(
  definition: Definition,
  nodes: ReadonlyMap<string, Node>,
  first: string,
  stage: string,
  levelOf: (key: string) => Level,
): Lack[] {
  return nodesOf(definition).used.flatMap((key) => {
    const found = walk(definition, nodes, [{ name: '', gains: new Map([[key, levelOf(key)]]) }], key, first);
    const [lack] = found.filter(({ severity }) => severity !== 'warning');
    return lack === undefined ? [] : [{ key, stage: String(lack.path[1] ?? stage) }];
  });
}

/** Whether a datum may be missing or empty when a component is reached: the finding at `path`, with a way on which it is. */
export function mayLack(definition: Definition, { stage, component }: Standing, key: string, path: Path): Found[] {
  const { nodes } = nodesOf(definition);
  const node = nodes.get(stage);
  if (node === undefined) return [];
  const uses = throughComputed(definition, { key, need: 2, path });
  const parts = node.parts.map((one, index): Part => ({ ...one, uses: index === component + 1 ? uses : [] }));
  const bare = (one: Node): Node => ({ ...one, parts: one.parts.map((some): Part => ({ ...some, uses: [] })) });
  const asking = new Map([...nodes].map(([name, one]) => [name, bare(one)]));
  asking.set(stage, { ...node, parts });
  const found = uses.flatMap((use) => walk(definition, asking, startsOf(definition), use.key, firstStage(definition)));
  return found.filter((one) => one.path === path);
}

/** Whether a run may come to its end with nothing in a datum. */
export function mayEndWithout(definition: Definition, key: string): boolean {
  return mayLack(definition, { stage: END, component: -1 }, key, []).length > 0;
}

type Nodes = { nodes: Map<string, Node>; used: string[] };
const known = new WeakMap<Definition, Nodes>();

function nodesOf(definition: Definition): Nodes {
  const found = known.get(definition);
  if (found !== undefined) return found;
  const nodes = new Map(Object.entries(definition.stages).map(([key, stage]) => [key, nodeOf(definition, key, stage)]));
  nodes.set(END, endNode(definition));
  const used = [...new Set([...nodes.values()].flatMap((node) => usesOf(node).map(({ key }) => key)))];
  known.set(definition, { nodes, used });
  return { nodes, used };
}

/** Whoever called the workflow takes its results when it ends, on whatever way. */
function endNode(definition: Definition): Node {
  const uses = definition.results.flatMap((key, index) =>
    throughComputed(definition, { key, need: 1, path: ['results', index] }),
  );
  return { key: END, skip: null, parts: [part({ uses })], branches: [] };
}

function usesOf({ skip, parts, branches }: Node): Use[] {
  return [...(skip?.uses ?? []), ...parts.flatMap(({ uses }) => uses), ...branches.flatMap(({ uses }) => uses)];
}

type Start = { name: string; gains: Gains };

/** What is known at the beginning, by each way in which a run can begin. */
function startsOf(definition: Definition): Start[] {
  const form = definition.triggers.find((trigger) => 'form' in trigger);
  const asked = form === undefined ? new Map<string, Level>() : gainsOf(questionsIn(definition, form.form.collects));
  return definition.triggers.map((trigger): Start => {
    if ('form' in trigger) return { name: 'the start form', gains: asked };
    if ('schedule' in trigger) return { name: 'a start by schedule', gains: new Map() };
    if ('by_hand' in trigger) return { name: 'a start by hand', gains: asked };
    if ('sub_workflow' in trigger)
      return { name: 'a call by another workflow', gains: givenFrom(definition, trigger.sub_workflow.collects) };
    const { collects } = trigger.api;
    if (collects === undefined) return { name: 'a start by a program', gains: asked };
    return { name: 'a start by a program', gains: givenFrom(definition, collects) };
  });
}

function givenFrom(definition: Definition, collects: readonly string[]): Gains {
  return new Map(collects.map((key) => [key, Object.hasOwn(definition.data, key) && mayBeLeftOut(definition, key) ? 1 : 2]));
}

function mayBeLeftOut(definition: Definition, key: string): boolean {
  const { optional, show_when, require_when } = fieldOf(definition, key);
  return optional || show_when !== undefined || require_when !== undefined;
}

function questionsIn(definition: Definition, collects: Parameters<typeof startSections>[1]): Question[] {
  return startSections(definition, collects).flatMap(({ questions }) => questions);
}

/** A required question surely gives its datum; one that may stay empty forgets what was there before. */
function gainsOf(questions: readonly Question[]): Gains {
  const gains: Gains = new Map();
  for (const { key, showWhen, required, stays } of questions)
    if (!stays) gains.set(key, showWhen === null && required === true ? 2 : 1);
  return gains;
}

/** What belongs to one outcome of a decision stays as it was with the others: it has been asked, and nothing is lost. */
function raisesOf(questions: readonly Question[]): Gains {
  return new Map(questions.flatMap(({ key, stays }): [string, Level][] => (stays ? [[key, 1]] : [])));
}

function nodeOf(definition: Definition, key: string, stage: Stage): Node {
  const actors = stage.components.some(asksPeople) ? actorUses(definition, stage.actor, ['stages', key, 'actor']) : [];
  const escalation =
    stage.escalate === undefined ? [] : actorUses(definition, stage.escalate.to, ['stages', key, 'escalate', 'to']);
  const first: Part = part({ uses: [...actors, ...escalation] });
  const parts = stage.components.map((component, index) => partOf(definition, key, component, index));
  const judged = judgedBranches(definition, key).length > 0;
  const decider = stage.decider ?? stage.actor;
  const chooser =
    judged && decider !== SYSTEM ? [part({ uses: actorUses(definition, decider, ['stages', key, 'decider']) })] : [];
  return {
    key,
    skip: skipOf(definition, key, stage),
    parts: [first, ...parts, ...chooser].map((one) => ({
      ...one,
      uses: one.uses.flatMap((use) => throughComputed(definition, use)),
    })),
    branches: branchesOf(definition, key, stage),
  };
}

/** What is computed is there when everything that it is computed from is. */
function throughComputed(definition: Definition, use: Use): Use[] {
  const roots = rootsOf(definition, use.key);
  return roots === null ? [use] : [...roots].map(([key, need]) => ({ ...use, key, need }));
}

type Roots = Map<string, 1 | 2>;

const computedRoots = new WeakMap<Definition, Map<string, Roots>>();

/** The gathered data on which a computed one rests, however far back, each once; null for one that is gathered itself. */
function rootsOf(definition: Definition, key: string): Roots | null {
  const computed = definition.data[key]?.computed;
  if (computed === undefined) return null;
  const all = computedRoots.get(definition) ?? new Map<string, Roots>();
  computedRoots.set(definition, all);
  const known = all.get(key);
  if (known !== undefined) return known;
  const roots: Roots = new Map();
  // Set before it is complete: whatever names itself, over however many others, comes to an end.
  all.set(key, roots);
  for (const one of needsOf(computed, definition)) {
    for (const [root, need] of rootsOf(definition, one.key) ?? [[one.key, one.need] as const]) {
      if (roots.get(root) !== 2) roots.set(root, need);
    }
  }
  return roots;
}

function part(some: Partial<Part>): Part {
  return { uses: [], gains: new Map(), lowers: new Map(), raises: new Map(), exits: [], ...some };
}

function skipOf(definition: Definition, key: string, { skip, next = [] }: Stage): Branch | null {
  if (skip === undefined) return null;
  const to = skip.to ?? (next.length === 1 ? (next[0]?.to ?? END) : END);
  return {
    to: [to],
    uses: conditionUses(definition, skip.when, ['stages', key, 'skip', 'when']),
    given: givenWhen(skip.when, definition, true),
  };
}

/** Branches are tried in their order: each knows that those before it did not hold. */
function branchesOf(definition: Definition, key: string, stage: Stage): Branch[] {
  if (stage.next === undefined) return [{ to: [END], uses: [], given: new Set() }];
  const asked = askedOnlyWhen(definition, key, stage);
  let known = new Set<string>();
  return stage.next.map((successor, index) => {
    const { when, to, afterwards, at_most } = successor;
    const targets = at_most === undefined ? [to] : [to, afterwards ?? END];
    if (when === undefined) return { to: targets, uses: [], given: known };
    const uses = conditionUses(definition, when, branchPartPath(key, stage, index, 'when'), known);
    const given = known.union(givenWhen(when, definition, true)).union(asked(when));
    known = known.union(givenWhen(when, definition, false));
    return { to: targets, uses, given };
  });
}

/** What a stage surely asked when a rule holds: all that had to be answered on a condition that the rule repeats. */
function askedOnlyWhen(definition: Definition, key: string, { components }: Stage): (when: string) => Set<string> {
  const askedWith = new Map<string, string>();
  for (const [index, component] of components.entries()) {
    if (!asksPeople(component)) continue;
    const asking = askingOf(definition, { stage: key, component: componentId(component, index) });
    for (const question of questionsOf(asking)) {
      if (question.showWhen !== null && question.required === true) askedWith.set(question.key, question.showWhen);
      else askedWith.delete(question.key);
    }
  }
  return (when) => {
    // Only of rules joined by "and" does each hold for sure.
    const parts = /\|\||\?|!/.test(when) ? [when] : when.split('&&').map((part) => part.trim());
    return new Set([...askedWith].flatMap(([name, condition]) => (parts.includes(condition) ? [name] : [])));
  };
}

function conditionUses(
  definition: Definition,
  condition: string,
  path: Path,
  known?: ReadonlySet<string>,
  row?: ReturnType<typeof rowType>,
): Use[] {
  return needsOf(condition, definition, known, row).flatMap(({ key, need, offset }) =>
    throughComputed(definition, { key, need, path, offset }),
  );
}

function actorUses(definition: Definition, actor: string, path: Path): Use[] {
  const declared = definition.actors[actor];
  const key = declared === undefined || 'from' in declared ? null : singleName(declared.email);
  return key === null || !Object.hasOwn(definition.data, key) ? [] : [{ key, need: 2, path }];
}

function templateUses(definition: Definition, text: string, path: Path): Use[] {
  return namesAlways(text, definition).map((key) => ({ key, need: 1, path }));
}

function partOf(definition: Definition, key: string, component: Component, index: number): Part {
  const path: Path = ['stages', key, 'components', index, component.kind];
  if (asksPeople(component)) return askingPart(definition, key, component, index, path);
  switch (component.kind) {
    case 'note':
      return part({});
    case 'email':
      return part({
        uses: [
          ...actorUses(definition, component.to, [...path, 'to']),
          ...templateUses(definition, component.subject, [...path, 'subject']),
          ...templateUses(definition, component.body, [...path, 'body']),
          ...component.attach.map((name, at): Use => ({ key: name, need: 1, path: [...path, 'attach', at] })),
        ],
      });
    case 'http':
      return part({
        uses: [
          ...templateUses(definition, component.url, [...path, 'url']),
          ...Object.entries(component.headers).flatMap(([name, text]) =>
            templateUses(definition, text, [...path, 'headers', name]),
          ),
          ...textsIn(component.json, [...path, 'json']).flatMap(({ text, path: at }) => templateUses(definition, text, at)),
        ],
        gains: new Map(Object.keys(component.save).map((name) => [name, 2])),
      });
    case 'document':
      return part({
        uses: [
          ...templateUses(definition, component.title, [...path, 'title']),
          ...templateUses(definition, component.template, [...path, 'template']),
        ],
        gains: new Map([[component.into, 2]]),
      });
    case 'wait':
      return waitPart(definition, component, path);
    case 'lookup':
      return lookupPart(definition, component, path);
    case 'rules':
      return rulesPart(definition, component, path);
    case 'sub_workflow':
      return callPart(definition, component, path);
  }
}

/** What a call leaves behind. Only a single child for which the run surely waits hands its results back for sure. */
function callPart(definition: Definition, component: Extract<Component, { kind: 'sub_workflow' }>, path: Path): Part {
  const { each, collect, save } = component;
  const columns = {
    each: typeof each === 'object' ? (definition.tables[each.table]?.columns ?? {}) : {},
    counts: collectedColumns(definition, component),
  };
  const uses: Use[] = [
    // What a child is given may be missing, unless the child needs it: that is judged with the child (calls.ts).
    ...(typeof each === 'string' ? [{ key: each, need: 1, path: [...path, 'each'] } satisfies Use] : []),
    ...conditionsOfCall(component).flatMap(({ text, path: at }) => {
      const row = at[0] === 'wait' ? soFar(component) : rowType(at[0] === 'each' ? columns.each : columns.counts);
      return conditionUses(definition, text, [...path, ...at], undefined, row);
    }),
  ];
  const gains: Gains = new Map(Object.keys(impliedData(component)).map((name) => [name, 2]));
  if (collect !== undefined) gains.set(collect, component.wait === 'none' ? 0 : 1);
  const sure = surelyReturns(component);
  for (const name of Object.keys(save)) gains.set(name, !sure ? 0 : mayBeLeftOut(definition, name) ? 1 : 2);
  return part({ uses, gains });
}

function askingPart(definition: Definition, key: string, component: Component, index: number, path: Path): Part {
  const id = componentId(component, index);
  const asking = askingOf(definition, { stage: key, component: id });
  const questions = questionsOf(asking);
  const shows = asking.shows.map((name, at): Use => ({ key: name, need: 1, path: [...path, 'shows', at], soft: true }));
  const asked = new Set(questions.map((question) => question.key));
  const uses = [...shows, ...questions.flatMap((question) => questionUses(definition, question, asked, path))];
  const gains = gainsOf(questions);
  if (component.kind === 'checklist') {
    gains.set(`${id}_failed`, 2);
    if (component.sign_off !== undefined) {
      uses.push(...actorUses(definition, component.sign_off, [...path, 'sign_off']));
      for (const [name, level] of gainsOf(questionsOf(askingOf(definition, { stage: key, component: signOffId(id) }))))
        gains.set(name, level);
    }
  }
  return part({ uses, gains, raises: raisesOf(questions) });
}

function questionUses(definition: Definition, question: Question, asked: ReadonlySet<string>, path: Path): Use[] {
  const conditions = [question.showWhen, typeof question.required === 'boolean' ? null : question.required.when];
  const uses = conditions.flatMap((condition) =>
    condition === null ? [] : conditionUses(definition, condition, path).map(({ offset: _, ...use }) => use),
  );
  if (question.is === 'rows' && question.rows.is === 'fixed') uses.push({ key: question.key, need: 2, path });
  if (question.is === 'one' && question.atMost !== null) uses.push({ key: question.atMost, need: 2, path });
  return uses.filter((use) => !asked.has(use.key) || (question.is === 'rows' && use.key === question.key));
}

function waitPart(_: Definition, component: Extract<Component, { kind: 'wait' }>, path: Path): Part {
  const uses: Use[] = component.until === undefined ? [] : [{ key: component.until, need: 2, path: [...path, 'until'] }];
  const saved: Gains = new Map(Object.keys(component.save).map((name) => [name, 2]));
  return part({
    uses,
    gains: saved,
    exits: component.otherwise === undefined ? [] : [{ to: component.otherwise, gains: new Map() }],
  });
}

function lookupPart(definition: Definition, component: Extract<Component, { kind: 'lookup' }>, path: Path): Part {
  const table = definition.tables[component.table];
  const columns = table?.columns ?? {};
  const uses: Use[] = Object.entries(component.match).map(([column, key]) => ({
    key,
    need: 1,
    path: [...path, 'match', column],
  }));
  if (component.where !== undefined)
    uses.push(...conditionUses(definition, component.where, [...path, 'where'], undefined, rowType(columns)));
  const nothing: Gains = new Map(Object.keys(component.save).map((name) => [name, 0]));
  const found: Gains = new Map(Object.entries(component.save).map(([name, column]) => [name, columns[column]?.optional ? 1 : 2]));
  if (component.otherwise === undefined) return part({ uses, gains: nothing });
  return part({ uses, gains: found, exits: [{ to: component.otherwise, gains: nothing }] });
}

/** A datum is surely set when every row sets it and some row always holds; else it may stay what it was. */
function rulesPart(definition: Definition, { rows }: Extract<Component, { kind: 'rules' }>, path: Path): Part {
  let known = new Set<string>();
  const uses = rows.flatMap(({ when }, index) => {
    if (when === undefined) return [];
    const found = conditionUses(definition, when, [...path, 'rows', index, 'when'], known);
    known = known.union(givenWhen(when, definition, false));
    return found;
  });
  const conditions = rows.flatMap(({ when }) => (when === undefined ? [] : [when]));
  const always = rows.some(({ when }) => when === undefined) || isExhaustive(conditions, definition);
  const gains: Gains = new Map();
  const lowers: Gains = new Map();
  for (const name of new Set(rows.flatMap(({ set }) => Object.keys(set)))) {
    const levels = rows.map(({ set }): Level | null => (Object.hasOwn(set, name) ? (set[name] === '' ? 1 : 2) : null));
    const least = levels.reduce<Level>((min, level) => (level !== null && level < min ? level : min), 2);
    if (always && levels.every((level) => level !== null)) gains.set(name, least);
    else lowers.set(name, least);
  }
  return part({ uses, gains, lowers });
}

type State = { stage: string; level: Level; from: State | null; start: string };

function walk(definition: Definition, nodes: ReadonlyMap<string, Node>, starts: Start[], key: string, first: string): Found[] {
  const seen = new Set<string>();
  const queue: State[] = [];
  const found = new Map<string, Found>();
  const visit = (stage: string, level: Level, from: State | null, start: string) => {
    if (seen.has(`${stage} ${level}`)) return;
    seen.add(`${stage} ${level}`);
    queue.push({ stage, level, from, start });
  };
  for (const { name, gains } of starts) visit(first, gains.get(key) ?? 0, null, name);
  const met = (use: Use, level: Level, state: State) => {
    if (use.key !== key || level >= use.need) return;
    const place = use.path.join('.');
    if (!found.has(place)) found.set(place, missing(definition, use, level, state));
  };
  for (const state of queue) {
    const node = nodes.get(state.stage);
    if (node !== undefined) pass(node, key, state, visit, met);
  }
  return [...found.values()];
}

function pass(
  { skip, parts, branches }: Node,
  key: string,
  state: State,
  visit: (stage: string, level: Level, from: State | null, start: string) => void,
  met: (use: Use, level: Level, state: State) => void,
): void {
  let level = state.level;
  const onTo = (branch: Branch) => {
    for (const to of branch.to) visit(to, branch.given.has(key) ? 2 : level, state, state.start);
  };
  if (skip !== null) {
    for (const use of skip.uses) met(use, level, state);
    onTo(skip);
  }
  for (const { uses, gains, lowers, raises, exits } of parts) {
    for (const use of uses) met(use, level, state);
    for (const exit of exits) visit(exit.to, exit.gains.get(key) ?? level, state, state.start);
    const lowered = lowers.get(key);
    if (lowered !== undefined && lowered < level) level = lowered;
    level = gains.get(key) ?? level;
    const raised = raises.get(key);
    if (raised !== undefined && raised > level) level = raised;
  }
  for (const branch of branches) {
    for (const use of branch.uses) met(use, level, state);
    onTo(branch);
  }
}

function missing(definition: Definition, use: Use, level: Level, state: State): Found {
  const way = wayTo(definition, state);
  const label = labelOf(definition, use.key);
  const where = use.offset === undefined ? {} : { offset: use.offset };
  if (use.soft) {
    return {
      path: use.path,
      code: 'shown_before_gathered',
      severity: 'warning',
      message: `${label} (${use.key}) is shown here, but on the way ${way} nothing has gathered it. It is left out then.`,
      remedy: `Take ${use.key} out of "shows", or gather it on that way, too.`,
      ...where,
    };
  }
  const remedy =
    'Gather it on that way, too; or ask first whether it is there: given(' +
    `${use.key}) in a rule, {% if ${use.key} %} in a text.`;
  if (level === 0) {
    const message = `${label} (${use.key}) is used here, but on the way ${way} nothing has gathered it.`;
    return { path: use.path, code: 'not_gathered_on_every_path', message, remedy, ...where };
  }
  const message = `${label} (${use.key}) is needed here, but it may have been left empty on the way ${way}.`;
  return { path: use.path, code: 'may_be_empty', message, remedy: `Take "optional" out of ${use.key}. ${remedy}`, ...where };
}

function wayTo(definition: Definition, state: State): string {
  const stages: string[] = [];
  for (let at: State | null = state; at !== null; at = at.from) stages.unshift(stageTitle(definition, at.stage));
  return [state.start, ...stages].join(' → ');
}
