import { type Definition, humanise, type Trigger } from './definition.ts';
import { bare } from './differences/bare.ts';
import { askedSaid, type Both, componentsSaid } from './differences/components.ts';
import { checksAndTablesSaid, dataSaid } from './differences/data.ts';
import { pathsSaid } from './differences/paths.ts';
import { isSame, quoted, type Said, saidOf, say, shown, wordsOf } from './differences/saying.ts';
import { stageListSaid, stageSaid } from './differences/stages.ts';

/** What a difference is about. */
export type Group = 'head' | 'people' | 'data' | 'triggers' | 'stages' | 'guidance' | 'components' | 'paths' | 'cases';

/** The groups in the order in which they are read. */
export const GROUPS: readonly Group[] = [
  'head',
  'people',
  'data',
  'triggers',
  'stages',
  'guidance',
  'components',
  'paths',
  'cases',
];

/** One difference, in a sentence for the owner of the process. `words`: a text as it was and is, to be compared by word. */
export type Difference = Said & { group: Group };

// What stands at the top of a definition and is told in words of its own; everything else is told in general ones.
const TOLD = ['workflow', 'title', 'description', 'owners', 'actors', 'data', 'checks', 'tables', 'triggers', 'stages', 'cases'];
const HEAD_NAMES: Record<string, string> = {
  timezone: 'the time zone',
  locale: 'the language of amounts and dates',
  run_title: 'the name of a run',
  settings: 'the settings',
  secrets: 'the secrets',
  judgement: 'how forks are judged',
};

/**
 * All that differs between two versions of a workflow, in sentences, group by group. Whatever is not known by name is
 * told in general words: no change goes without a sentence, and the same definition gives none.
 */
export function differences(one: Definition, other: Definition): Difference[] {
  const [before, after] = [bare(one), bare(other)];
  const both = { before, after };
  const inBoth = Object.entries(after.stages).flatMap(([key, is]) => {
    const was = before.stages[key];
    return was === undefined ? [] : [{ key, was, is }];
  });
  const said: Record<Group, Said[]> = {
    head: headSaid(both),
    people: peopleSaid(both),
    data: [...dataSaid(before, after), ...checksAndTablesSaid(before, after)],
    triggers: triggersSaid(both),
    stages: [...stageListSaid(both), ...inBoth.flatMap(({ key, was, is }) => stageSaid(both, key, was, is))],
    guidance: inBoth.flatMap(({ key, was, is }) => guidanceSaid(is.title ?? humanise(key), was.guidance, is.guidance)),
    components: inBoth.flatMap(({ key, was, is }) => componentsSaid(both, key, was, is)),
    paths: inBoth.flatMap(({ key, was, is }) => pathsSaid(both, key, was, is)),
    cases: casesSaid(both),
  };
  return GROUPS.flatMap((group) => said[group].map((one) => ({ group, ...one })));
}

function headSaid({ before, after }: Both): Said[] {
  const subject = 'The workflow';
  const owners = [
    ...after.owners.filter((owner) => !before.owners.includes(owner)).map((owner) => say(`${owner} is an owner now.`)),
    ...before.owners.filter((owner) => !after.owners.includes(owner)).map((owner) => say(`${owner} is no longer an owner.`)),
  ];
  const inOrder = owners.length > 0 || isSame(before.owners, after.owners);
  return [
    ...(before.workflow === after.workflow ? [] : [say(`The key is ${after.workflow} instead of ${before.workflow}.`)]),
    ...(before.title === after.title
      ? []
      : [say(`The workflow is now called ${quoted(after.title)} instead of ${quoted(before.title)}.`)]),
    ...(before.description === after.description ? [] : [descriptionSaid(before.description ?? '', after.description ?? '')]),
    ...owners,
    ...(inOrder ? [] : [say(`The owners are in another order; people are told to ask ${after.owners[0] ?? 'nobody'}.`)]),
    ...saidOf(subject, before, after, TOLD, HEAD_NAMES),
  ];
}

function descriptionSaid(before: string, after: string): Said {
  return { text: 'The description reads differently.', words: { before, after } };
}

function guidanceSaid(title: string, before: string, after: string): Said[] {
  return before === after ? [] : [{ text: `The guidance of ${title} reads differently.`, words: { before, after } }];
}

function peopleSaid({ before, after }: Both): Said[] {
  const keys = [...new Set([...Object.keys(before.actors), ...Object.keys(after.actors)])];
  const said = keys.flatMap((key) => {
    const [was, is] = [before.actors[key], after.actors[key]];
    if (was === undefined) return is === undefined ? [] : [say(`The role ${is.title} is new: ${whoIs(is)}.`)];
    if (is === undefined) return [say(`The role ${was.title} is gone.`)];
    const who = { was: whoIs(was), is: whoIs(is) };
    return [
      ...(was.title === is.title ? [] : [say(`The role ${was.title} is now called ${quoted(is.title)}.`)]),
      ...(who.was === who.is ? [] : [say(`${is.title}: ${who.is} instead of ${who.was}.`)]),
      ...saidOf(is.title, was, is, ['title', 'from', 'email'], { claim: 'the first to answer owns it:' }),
    ];
  });
  if (said.length > 0 || isSame(before.actors, after.actors)) return said;
  return [say('The roles are listed in another order.')];
}

function whoIs(actor: Definition['actors'][string]): string {
  return 'email' in actor ? actor.email : 'whoever starts the run';
}

const STARTED: Record<string, { title: string; how: string }> = {
  form: { title: 'The start form', how: 'by a form' },
  schedule: { title: 'The schedule', how: 'by a schedule' },
  api: { title: 'Starts by programs', how: 'by a program' },
  by_hand: { title: 'Starts by hand', how: 'by hand' },
  sub_workflow: { title: 'Calls by other workflows', how: 'by another workflow' },
};

function triggersSaid(both: Both): Said[] {
  const [was, is] = [triggersOf(both.before), triggersOf(both.after)];
  const said = [...new Set([...was.keys(), ...is.keys()])].flatMap((key) => {
    const [had, has] = [was.get(key), is.get(key)];
    const [kind = ''] = key.split(' ');
    const { title, how } = STARTED[kind] ?? { title: wordsOf(kind), how: `by ${wordsOf(kind)}` };
    if (had === undefined) return has === undefined ? [] : [say(`A run can now also be started ${how} ${shown(has)}.`)];
    if (has === undefined) return [say(`A run can no longer be started ${how} ${shown(had)}.`)];
    return startSaid(both, title, had, has);
  });
  if (said.length > 0 || isSame(both.before.triggers, both.after.triggers)) return said;
  return [say('What starts a run is listed in another order.')];
}

/** Triggers by their kind, numbered where there are several of one. */
function triggersOf({ triggers }: Definition): Map<string, object> {
  const found = new Map<string, object>();
  for (const trigger of triggers) {
    const [kind = '', what] = Object.entries<object>(trigger)[0] ?? [];
    const nth = [...found.keys()].filter((key) => key.startsWith(`${kind} `)).length + 1;
    found.set(`${kind} ${nth}`, what ?? {});
  }
  return found;
}

type Collects = Extract<Trigger, { form: object }>['form']['collects'];

function startSaid(both: Both, title: string, was: object, is: object): Said[] {
  const [all, some] = ['what the start form asks has to be given', 'only what is listed has to be given'];
  const listed = 'collects' in was === 'collects' in is ? [] : [say(`${title}: now ${'collects' in is ? some : all}.`)];
  const asked = [...listed, ...askedSaid(both, title, collectsOf(was), collectsOf(is))];
  const names = { title: 'the heading', intro: 'the text above it', cron: 'the times', timezone: 'the time zone' };
  return [...asked, ...saidOf(title, was, is, ['collects'], names)];
}

function collectsOf(trigger: object): Collects {
  return 'collects' in trigger && Array.isArray(trigger.collects) ? trigger.collects : [];
}

function casesSaid({ before, after }: Both): Said[] {
  const [was, is] = [before.cases, after.cases];
  if (isSame(was, is)) return [];
  const names = [...new Set([...was, ...is].map((one) => one.case))];
  const said = names.flatMap((name) => {
    const [had, has] = [was.filter((one) => one.case === name), is.filter((one) => one.case === name)];
    if (isSame(had, has)) return [];
    if (had.length === 0) return [say(`The case ${quoted(name)} is new.`)];
    return [say(`The case ${quoted(name)} is ${has.length === 0 ? 'gone' : 'different'}.`)];
  });
  return said.length > 0 ? said : [say('The cases are in another order.')];
}
