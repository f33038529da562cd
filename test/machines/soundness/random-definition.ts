import { stringify } from 'yaml';
import { type Dice, dice } from './dice.ts';
import { conditionOverCall, DATA_OF_CALLS, type Field, type Json, randomCall, textOverCall } from './random-call.ts';

const EMAILS = ['anna@example.com', 'ben@example.com', 'cleo@example.com'];
const DAYS = ['1 day', '2 working days', '36 hours', '30 minutes', '1 week'];

/**
 * A definition made by chance, as YAML: forms, decisions, checklists, waits, lookups, rules, calls, mails, documents,
 * skips, limits, judged forks, arrows back and forth, workflows called as steps. Most of them are sound; `wild` ones name
 * data anywhere.
 */
export function randomDefinition(seed: number, wild = 0.3): string {
  const roll = dice(seed);
  const data = randomData(roll);
  const names = Array.from({ length: 2 + roll.below(6) }, (_, index) => `stage_${index + 1}`);
  const start = withWhatTheyAsk(['person_mail', ...roll.some(askable(data), 5), ...roll.some(['lines', 'team', 'kinds'], 2)]);
  const stages: Field = {};
  const called: string[] = [];
  names.forEach((name, index) => {
    stages[name] = randomStage(roll, data, start, names, index, roll.chance(wild), called);
  });
  const triggers: Json[] = [{ form: { collects: start } }];
  if (roll.chance(0.1)) triggers.push({ api: { collects: start } });
  if (roll.chance(0.3)) triggers.push({ sub_workflow: { collects: start } });
  const results = roll.chance(0.3) ? roll.some([...start, ...called], 3) : [];
  return stringify(
    {
      workflow: 'by-chance',
      title: 'By chance',
      owners: ['olga@example.com'],
      ...(roll.chance(0.3) ? { timezone: 'Europe/Berlin', locale: 'de-DE' } : {}),
      actors: {
        starter_role: { title: 'Starter', from: 'trigger' },
        fixed: { title: 'Fixed', email: roll.pick(EMAILS) },
        fixed_two: { title: 'Second', email: 'second@example.com' },
        named: { title: 'Named', email: '{{ person_mail }}' },
      },
      data,
      tables: {
        prices: {
          columns: { name: { type: 'text' }, price: { type: 'number' }, note: { type: 'text', optional: true } },
          rows: [
            { name: 'a', price: 5 },
            { name: 'b', price: 50, note: 'dear', from: '2020-01-01' },
            { name: 'c', price: 7 },
            { name: 'a', price: 9, note: 'again' },
          ],
        },
      },
      triggers,
      ...(results.length === 0 ? {} : { results: [...new Set(results)] }),
      stages,
    },
    { aliasDuplicateObjects: false },
  );
}

function randomData(roll: Dice): Record<string, Field> {
  const optional = (): Field => (roll.chance(0.3) ? { optional: true } : {});
  return {
    person_mail: { type: 'email' },
    price: { type: 'number' },
    price_note: { type: 'text', optional: true },
    level: { type: 'choice', options: { low: 'Low', high: 'High', none: 'None' } },
    amount: { type: 'money', currency: 'EUR', ...optional(), ...(roll.chance(0.3) ? { max: 1000 } : {}) },
    count: { type: 'number', decimals: 0, ...optional() },
    text: { type: 'text', ...optional() },
    yes: { type: 'yes_no', ...optional() },
    day: { type: 'date', ...optional() },
    kind: { type: 'choice', options: { a: 'A', b: 'B', c: 'C' }, ...optional() },
    kinds: { type: 'choices', options: { a: 'A', b: 'B' }, ...optional() },
    lines: {
      type: 'list',
      of: { item: { type: 'text' }, cost: { type: 'money', currency: 'EUR' }, ok: { type: 'yes_no', optional: true } },
      ...optional(),
    },
    somebody: { type: 'person', ...optional() },
    extra: { type: 'text', show_when: 'kind == "a"' },
    more: { type: 'text', require_when: 'yes' },
    total: { type: 'money', currency: 'EUR', computed: 'sum(lines.map(line, line.cost))' },
    reference: { type: 'text' },
    signed_on: { type: 'date' },
    team: { type: 'people', ...optional() },
    ...DATA_OF_CALLS,
  };
}

// What nobody is asked for: it is computed, looked up, set, reported or handed back.
const NOT_ASKED = ['total', 'price', 'price_note', 'level', 'reference', 'signed_on', ...Object.keys(DATA_OF_CALLS)];

/** Fields whose conditions look at others stand behind those. */
function withWhatTheyAsk(keys: string[]): string[] {
  const before = keys.flatMap((key) => (key === 'extra' ? ['kind', key] : key === 'more' ? ['yes', key] : [key]));
  return [...new Set(before)];
}

function askable(data: Record<string, Field>): string[] {
  return Object.keys(data).filter((key) => !NOT_ASKED.includes(key));
}

function randomStage(
  roll: Dice,
  data: Record<string, Field>,
  start: string[],
  names: string[],
  index: number,
  wild: boolean,
  called: string[],
): Field {
  const system = roll.chance(0.35);
  const own = new Set<string>();
  const before = roll.chance(0.3) ? roll.some(called, 2) : [];
  const components: Json[] = [];
  for (let n = 1 + roll.below(3); n > 0; n -= 1)
    components.push(randomComponent(roll, data, start, own, system, names, components.length));
  called.push(...[...own].filter((key) => isOfCall(key)));
  const reach = wild
    ? [...askable(data), 'total', ...before]
    : [...start, ...own, ...before].filter((key) => data[key]?.optional !== true || roll.chance(0.5));
  return {
    actor: system ? 'system' : roll.pick(['starter_role', 'fixed', 'named']),
    ...(roll.chance(0.3) ? { due: roll.pick(DAYS) } : {}),
    ...(roll.chance(0.3) ? { remind: roll.pick(DAYS) } : {}),
    ...(!system && roll.chance(0.3) ? { escalate: { after: roll.pick(DAYS), to: roll.pick(['fixed', 'named']) } } : {}),
    ...(roll.chance(0.15)
      ? { skip: { when: condition(roll, data, reach), because: 'Not needed.', to: target(roll, names, index) } }
      : {}),
    components,
    ...successors(roll, data, reach, names, index),
  };
}

function randomComponent(
  roll: Dice,
  data: Record<string, Field>,
  start: string[],
  own: Set<string>,
  system: boolean,
  names: string[],
  place: number,
): Json {
  const collects = withWhatTheyAsk([roll.pick(askable(data)), ...roll.some(askable(data), 4)]);
  const asked = (keys: string[]) => {
    for (const key of keys) own.add(key);
    return keys;
  };
  const id = `c${place}_${roll.below(1000)}`;
  if (roll.chance(system ? 0.4 : 0.05)) {
    const { component, gains } = randomCall(roll, id, [...start, ...own]);
    for (const key of gains) own.add(key);
    return { sub_workflow: component };
  }
  if (!system) {
    switch (roll.below(5)) {
      case 0:
        return { form: { id, shows: roll.some(start, 2), collects: asked(collects) } };
      case 1:
        own.add(`${id}_out`);
        return {
          decision: {
            id,
            into: `${id}_out`,
            outcomes: {
              approve: { label: 'Approve', tone: 'good' },
              part: {
                label: 'Part',
                reason: 'required',
                attest: 'I mean it.',
                collects: asked(roll.chance(0.5) ? ['kind'] : []),
              },
              reject: { label: 'Reject', tone: 'bad', reason: 'none' },
            },
          },
        };
      case 2:
        return {
          checklist: {
            id,
            items: {
              first: 'First',
              second: { label: 'Second', measure: { unit: 'mm', min: 1, max: 5 } },
              third: { label: 'Third', evidence: 'text' },
            },
            ...(roll.chance(0.4) ? { sign_off: 'fixed_two' } : {}),
          },
        };
      case 3:
        return { task: { id, do: 'Do it.', proof: asked(collects) } };
      default:
        return { form: { id, collects: [{ section: 'About', collects: asked(collects) }] } };
    }
  }
  switch (roll.below(7)) {
    case 0:
      own.add('reference');
      return {
        http: {
          id,
          url: 'https://example.com/{{ person_mail }}',
          json: { a: '{{ person_mail }}' },
          save: { reference: 'body.id' },
        },
      };
    case 1:
      return {
        email: { id, to: roll.pick(['starter_role', 'fixed', 'named']), subject: 'About', body: text(roll, start, own, data) },
      };
    case 2:
      return { document: { id, title: 'Paper', template: text(roll, start, own, data), into: `${id}_file` } };
    case 3:
      own.add('level');
      return {
        rules: {
          id,
          rows: [
            { when: 'person_mail == "x@example.com"', set: { level: 'low' } },
            { otherwise: true, set: { level: 'high' } },
          ],
        },
      };
    case 4:
      own.add('price');
      return {
        lookup: {
          id,
          table: 'prices',
          match: { name: 'person_mail' },
          save: { price: 'price', price_note: 'note' },
          otherwise: roll.pick([...names, 'end']),
        },
      };
    case 5:
      return roll.chance(0.5)
        ? { wait: { id, for: roll.pick(DAYS) } }
        : {
            wait: {
              id,
              event: 'signed',
              save: { signed_on: 'on' },
              at_most: roll.pick(DAYS),
              otherwise: roll.pick([...names, 'end']),
            },
          };
    default:
      return { note: { id, text: 'Read this.' } };
  }
}

/** A text that prints what is sure to be there, and asks first about the rest. */
function text(roll: Dice, start: string[], own: ReadonlySet<string>, data: Record<string, Field>): string {
  const sure = start.filter((key) => data[key]?.optional !== true);
  const other = roll.pick(askable(data).filter((key) => key !== 'yes'));
  const answered = textOverCall(roll, [...own].filter(isOfCall));
  return `Dear {{ ${roll.pick(sure.length > 0 ? sure : ['person_mail'])} }}. {% if ${other} %}It is {{ ${other} }}.{% endif %}${answered}`;
}

/** Whether a datum is kept of what a workflow hands back that was called. */
function isOfCall(key: string): boolean {
  return key in DATA_OF_CALLS || /_(outcome|asked|arrived|missing|good|bad|rows)$/.test(key);
}

function target(roll: Dice, names: string[], index: number): string {
  if (roll.chance(0.2)) return roll.pick(names);
  return names[index + 1 + roll.below(2)] ?? 'end';
}

function successors(roll: Dice, data: Record<string, Field>, reach: string[], names: string[], index: number): Field {
  const last = names[index + 1] ?? 'end';
  switch (roll.below(6)) {
    case 0:
      return index === names.length - 1 ? {} : { next: last };
    case 1:
      return {
        next: [
          { to: target(roll, names, index), guidance: 'It is small.' },
          { to: last, guidance: 'It is large.', label: 'large' },
        ],
      };
    case 2:
      return {
        next: [
          { to: roll.pick(names), when: condition(roll, data, reach), at_most: 1 + roll.below(3), afterwards: last },
          { to: last, otherwise: true },
        ],
      };
    case 3: {
      const kind = reach.find((key) => key === 'kind' && data.kind?.optional !== true);
      if (kind === undefined) return { next: last };
      return {
        next: [
          { to: last, when: 'kind == "a"' },
          { to: target(roll, names, index), when: 'kind == "b" || kind == "c" || kind == ""' },
        ],
      };
    }
    default:
      return {
        next: [
          { to: target(roll, names, index), when: condition(roll, data, reach) },
          ...(roll.chance(0.4) ? [{ to: target(roll, names, index), when: condition(roll, data, reach) }] : []),
          { to: last, otherwise: true },
        ],
      };
  }
}

function condition(roll: Dice, data: Record<string, Field>, reach: string[]): string {
  const one = () => comparison(roll, roll.pick(reach.filter((key) => key in data || key.endsWith('_out') || isOfCall(key))));
  const first = one();
  switch (roll.below(4)) {
    case 0:
      return `${first} && ${one()}`;
    case 1:
      return `!(${first})`;
    case 2:
      return `${first} || ${one()}`;
    default:
      return first;
  }
}

function comparison(roll: Dice, key: string): string {
  const guarded = (rule: string) => (roll.chance(0.5) ? `(given(${key}) && ${rule})` : rule);
  if (key.endsWith('_out')) return `${key} == "approve"`;
  const overCall = conditionOverCall(roll, key);
  if (overCall !== null) return overCall;
  switch (key) {
    case 'amount':
    case 'count':
    case 'price':
    case 'total':
      return guarded(`${key} ${roll.pick(['>', '<=', '=='])} ${roll.pick([0, 5, 100])}`);
    case 'yes':
      return 'yes';
    case 'lines':
      return roll.pick(['lines.exists(l, l.cost > 10)', 'size(lines) > 1', 'sum(lines.map(l, l.cost)) > 50', 'given(lines)']);
    case 'kinds':
      return '"a" in kinds';
    case 'somebody':
      return 'somebody.email.endsWith("@example.com")';
    case 'day':
    case 'signed_on':
      return roll.pick([`${key} < "2026-06-01"`, `days_between(${key}, today) > 3`, `days_after(${key}, 3) > today`]);
    case 'kind':
    case 'level':
      return `${key} == "${key === 'kind' ? 'a' : 'high'}"`;
    default:
      return roll.pick([
        `${key} != ""`,
        `${key}.contains("a")`,
        `mentions(${key}, ["urgent", "now"])`,
        `size(${key}) > 3`,
        `given(${key})`,
      ]);
  }
}
