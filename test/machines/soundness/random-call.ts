import { readDefinition } from '../../../machines/check/read.ts';
import type { Definition } from '../../../machines/definition.ts';
import type { Dice } from './dice.ts';

export type Json = string | number | boolean | Json[] | { [key: string]: Json };
export type Field = { [key: string]: Json };

const RESULTS = `
  verdict: { type: choice, options: { approve: Approve, reject: Reject } }
  remark: { type: text, optional: true }`;

/** The workflows that definitions made by chance call. All of them hand back the same. */
const SOURCES = [
  `workflow: opinion
title: Opinion
owners: [olga@example.com]
actors: { asked: { title: Asked, email: "{{ who }}" } }
data:
  who: { type: email }
  subject: { type: text, optional: true }
  score: { type: number, decimals: 0 }${RESULTS}
triggers: [{ sub_workflow: { collects: [who, subject] } }]
results: [verdict, score, remark]
stages:
  say:
    actor: asked
    components: [{ form: { shows: [subject], collects: [verdict, score, remark] } }]
`,
  `workflow: appraisal
title: Appraisal
owners: [olga@example.com]
actors: { starter_role: { title: Starter, from: trigger } }
run_title: Appraisal of {{ what }}
data:
  what: { type: text }
  cost: { type: money, currency: EUR, optional: true }
  place: { type: number, optional: true }
  score: { type: number, decimals: 0 }${RESULTS}
triggers: [{ sub_workflow: { collects: [what, cost, place] } }]
results: [verdict, score, remark]
stages:
  say:
    actor: starter_role
    components: [{ form: { shows: [what, cost, place], collects: [verdict, score, remark] } }]
`,
  `workflow: errand
title: Errand
owners: [olga@example.com]
actors: { starter_role: { title: Starter, from: trigger } }
data:
  chore: { type: text, optional: true }
  score: { type: number, decimals: 0, optional: true }${RESULTS}
triggers: [{ sub_workflow: { collects: [chore] } }]
results: [verdict, score, remark]
stages:
  go:
    actor: starter_role
    components: [{ form: { shows: [chore], collects: [verdict, score, remark] } }]
`,
];

const CALLED = new Map(SOURCES.map(read).map((one) => [one.workflow, one]));

/** One of the workflows that definitions made by chance call. */
export function calledByChance(workflow: string): Definition | null {
  return CALLED.get(workflow) ?? null;
}

function read(source: string): Definition {
  const { definition, findings } = readDefinition(source, 'called.yaml');
  if (definition === null) throw new Error(JSON.stringify(findings));
  return definition;
}

/** What calls need among the data of a definition. Nobody is asked for what children hand back. */
export const DATA_OF_CALLS: Record<string, Field> = {
  answers: {
    type: 'list',
    min: 0,
    of: {
      key: { type: 'text' },
      state: { type: 'choice', options: { arrived: 'Arrived', missing: 'Missing', failed: 'Failed' } },
      who: { type: 'text', optional: true },
      when: { type: 'date_time', optional: true },
      verdict: { type: 'choice', options: { approve: 'Approve', reject: 'Reject' }, optional: true },
      score: { type: 'number', optional: true },
      remark: { type: 'text', optional: true },
    },
  },
  verdict: { type: 'choice', options: { approve: 'Approve', reject: 'Reject', none: 'None' } },
  score: { type: 'number' },
  remark: { type: 'text', optional: true },
};

/** A call of another workflow, and the data in which what came of it is kept. */
export type RandomCall = { component: Field; gains: string[] };

/** `reach`: the data that are gathered by then. */
export function randomCall(roll: Dice, id: string, reach: readonly string[]): RandomCall {
  const each = randomItems(roll, reach);
  const as = roll.pick(['item', 'one']);
  const workflow = roll.pick(['opinion', 'appraisal', 'errand']);
  const collect = roll.chance(0.7) ? roll.pick(['answers', 'answers', `${id}_rows`]) : null;
  const counts = collect === null || roll.chance(0.3) ? {} : countsOver(roll, collect === 'answers');
  const names = Object.keys(counts);
  const save: Field = each === null ? randomSave(roll) : {};
  const component: Field = {
    id,
    workflow,
    ...(each === null ? {} : { each, as }),
    ...(roll.chance(0.3) ? { key: roll.pick(['person_mail', ...partsOf(each, as).text]) } : {}),
    with: randomGifts(roll, workflow, partsOf(each, as), reach),
    ...(roll.chance(0.25) ? { in_order: true } : {}),
    ...(roll.chance(0.25) ? { at_once: 1 + roll.below(3) } : {}),
    ...(names.length === 0 ? {} : { counts }),
    ...(roll.chance(each === null ? 0.4 : 0.75) ? { wait: randomWait(roll, names) } : {}),
    ...(names.length > 0 && roll.chance(0.3) ? { veto: roll.pick(names) } : {}),
    ...(roll.chance(0.3) ? { rest: roll.pick(['withdraw', 'leave_open']) } : {}),
    ...(roll.chance(0.3) ? { time_limit: roll.pick(['2 days', '36 hours', '3 working days']) } : {}),
    ...(roll.chance(0.6) ? { failure: roll.pick(['ask', 'continue', 'stop']) } : {}),
    ...(collect === null ? {} : { collect }),
    ...(Object.keys(save).length === 0 ? {} : { save }),
  };
  const kept = ['outcome', 'asked', 'arrived', 'missing', ...names].map((name) => `${id}_${name}`);
  return { component, gains: [...kept, ...Object.keys(save), ...(collect === null ? [] : [collect])] };
}

function randomItems(roll: Dice, reach: readonly string[]): Json | null {
  const lists = ['lines', 'team', 'kinds'].filter((key) => reach.includes(key));
  const where = roll.pick(['row.price > 5', 'row.note != "" || row.name != person_mail', 'starter.email == "x@example.com"']);
  const tables: Json[] = [{ table: 'prices' }, { table: 'prices', where }];
  return roll.chance(0.3) ? null : roll.pick([...lists, ...lists, ...tables]);
}

type Sources = { text: string[]; email: string[]; number: string[]; money: string[] };

/** The parts of an item, by the types of the data that they may be given for. */
function partsOf(each: Json | null, as: string): Sources {
  const none: Sources = { text: [], email: [], number: [], money: [] };
  if (each === null) return none;
  const all = { ...none, text: [`${as}.key`], number: [`${as}.index`] };
  switch (each) {
    case 'lines':
      return { ...all, text: [...all.text, `${as}.item`], money: [`${as}.cost`] };
    case 'team':
      return { ...all, text: [...all.text, `${as}.email`, `${as}.name`], email: [`${as}.email`] };
    case 'kinds':
      return { ...all, text: [...all.text, `${as}.value`] };
    default:
      return { ...all, text: [...all.text, `${as}.name`, `${as}.note`], number: [...all.number, `${as}.price`] };
  }
}

const NEEDS: Record<string, [key: string, type: keyof Sources][]> = {
  opinion: [['who', 'email']],
  appraisal: [['what', 'text']],
};
const TAKES: Record<string, [key: string, type: keyof Sources][]> = {
  opinion: [['subject', 'text']],
  appraisal: [
    ['cost', 'money'],
    ['place', 'number'],
  ],
  errand: [['chore', 'text']],
};
const OWN: Sources = {
  text: ['text', 'person_mail', 'kind'],
  email: ['person_mail'],
  number: ['count'],
  money: ['amount', 'total'],
};

function randomGifts(roll: Dice, workflow: string, parts: Sources, reach: readonly string[]): Field {
  const gifts: Field = {};
  for (const [key, type] of NEEDS[workflow] ?? []) {
    const own = OWN[type].filter((name) => reach.includes(name) || roll.chance(0.05));
    gifts[key] = roll.pick([...parts[type], ...parts[type], ...own, ...(own.length === 0 ? ['person_mail'] : [])]);
  }
  for (const [key, type] of TAKES[workflow] ?? []) {
    if (roll.chance(0.5)) gifts[key] = roll.pick([...parts[type], ...OWN[type]]);
  }
  return gifts;
}

function countsOver(roll: Dice, whole: boolean): Field {
  const bare = ['row.state == "arrived"', 'row.key != "a"', 'row.who.contains("child")'];
  const good = ['row.verdict == "approve"', 'row.score > 2', 'row.verdict == "approve" && row.who != person_mail'];
  const bad = ['row.verdict != "approve"', 'row.verdict == "reject" || row.remark != ""', '!(row.score >= 1)'];
  return { good: roll.pick(whole ? good : bare), ...(roll.chance(0.6) ? { bad: roll.pick(whole ? bad : bare) } : {}) };
}

function randomWait(roll: Dice, counts: readonly string[]): Json {
  const of: Field = counts.length > 0 && roll.chance(0.6) ? { of: roll.pick(counts) } : {};
  const counted = counts.map((name) => `so_far.${name} >= ${1 + roll.below(2)}`);
  return roll.pick<Json>([
    'all',
    'any',
    'none',
    { at_least: 1 + roll.below(4), ...of },
    { at_least: `${1 + roll.below(100)}%`, ...of },
    {
      until: roll.pick([
        'so_far.arrived >= 2',
        'so_far.failed > 0 || so_far.open == 0',
        'so_far.arrived * 2 > so_far.asked',
        'so_far.arrived >= 1 && person_mail != ""',
        ...counted,
      ]),
    },
  ]);
}

function randomSave(roll: Dice): Field {
  return Object.fromEntries(roll.some(['verdict', 'score', 'remark'], 3).map((key) => [key, key]));
}

/** A condition over what came of a call; null for any other datum. */
export function conditionOverCall(roll: Dice, key: string): string | null {
  if (key.endsWith('_outcome'))
    return roll.pick([`${key} == "enough"`, `${key} in ["all_in", "enough"]`, `${key} != "out_of_time"`]);
  if (/_(asked|arrived|missing|good|bad)$/.test(key)) return `${key} ${roll.pick(['>', '<=', '=='])} ${roll.pick([0, 1, 2])}`;
  if (key.endsWith('_rows'))
    return roll.pick([`${key}.exists(one, one.state == "missing")`, `size(${key}) > 1`, `given(${key})`]);
  switch (key) {
    case 'answers':
      return roll.pick([
        'answers.exists(one, one.verdict == "approve")',
        'answers.all(one, one.state != "failed")',
        'sum(answers.map(one, one.score)) > 3',
        'given(answers)',
      ]);
    case 'verdict':
      return 'verdict == "approve"';
    case 'score':
      return roll.pick(['score > 2', '(given(score) && score > 2)']);
    case 'team':
      return roll.pick(['size(team) > 1', 'team.exists(one, one.name == "Ana")']);
    default:
      return null;
  }
}

/** A text over what came of a call. */
export function textOverCall(roll: Dice, gains: readonly string[]): string {
  return roll
    .some(gains, 3)
    .map((key) => (roll.chance(0.3) ? `{% if ${key} %}It is {{ ${key} }}.{% endif %}` : `{{ ${key} }}`))
    .join(' ');
}
