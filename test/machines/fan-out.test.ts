import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Beginning, Report, RunEvent } from '../../machines/event.ts';
import { takenOf } from '../../machines/fan-out.ts';
import type { Happening, Outcome } from '../../machines/outcome.ts';
import { type Family, familyAfter } from '../../machines/rehearsal/children.ts';
import { replay } from '../../machines/replay.ts';
import { begin, step } from '../../machines/step.ts';
import { rowsIn } from '../../machines/values.ts';

const SOURCE = readFileSync('test/world/families/opinions.yaml', 'utf8');
const WAITS = [
  'wait: all',
  'wait: any',
  'wait: { at_least: 3 }',
  'wait: { at_least: 60%, of: approved }',
  'wait: { until: so_far.rejected >= 2 }',
  'wait: all\n          veto: rejected',
  'wait: all\n          failure: continue',
  'wait: any\n          failure: stop',
  'wait: all\n          in_order: true',
  'wait: all\n          at_once: 2',
  'wait: { at_least: 50% }\n          rest: leave_open',
];

/** A workflow whose machine reads its children from a shelf, as a portal's reads them from rows. */
function workflowThat(waits: string): { workflow: Workflow; shelf: { family: Family } } {
  const { definition, findings } = readDefinition(SOURCE.replace('wait: all', waits), 'opinions.yaml');
  if (definition === null) throw new Error(findings.map(({ message }) => message).join('\n'));
  const shelf: { family: Family } = { family: {} };
  const around = { portal: '', settings: {}, children: (fan: string) => shelf.family[fan] ?? [] };
  return { workflow: { definition, machine: compile(definition, around) }, shelf };
}

const FLOWS = new Map(WAITS.map((waits) => [waits, workflowThat(waits)]));
const AT = '2026-01-05T09:00:00.000Z';
const fresh = (n: number) => `00000000-0000-7000-8000-${n.toString(16).padStart(8, '0')}0000`;

function beginning(people: number): Beginning {
  const origin = { from: 'trigger' as const, by: 'anna@example.com', stage: null, at: AT };
  const reviewers = Array.from({ length: people }, (_, n) => ({ name: `person ${n}`, email: `person${n}@example.com` }));
  const facts = { subject: { value: 'Tea', origin }, reviewers: { value: reviewers, origin } };
  return { run: fresh(0), starter: { email: 'anna@example.com', name: null }, trigger: 'api', facts, at: AT, fresh: fresh(1) };
}

type Deed =
  | { is: 'reports'; of: { place: number; nth: number; ended: Report['ended']; verdict: 'yes' | 'no' }[] }
  | { is: 'add' }
  | { is: 'remove' | 'replace'; place: number; stale: boolean }
  | { is: 'time' | 'accept' | 'cancel' };

const report = fc.record({
  place: fc.nat(15),
  nth: fc.constantFrom(1, 1, 1, 2),
  ended: fc.constantFrom<Report['ended']>('done', 'done', 'done', 'cancelled', 'not_started'),
  verdict: fc.constantFrom<'yes' | 'no'>('yes', 'no'),
});
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ is: fc.constant('reports' as const), of: fc.array(report, { minLength: 1, maxLength: 4 }) }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constant('add' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constantFrom('remove' as const, 'replace' as const), place: fc.nat(15), stale: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.record({ is: fc.constantFrom('time' as const, 'accept' as const, 'cancel' as const) }) },
);

/** Everything that happened to one run, with the rows beside it as its portal would keep them. */
function lived(waits: string, people: number, deeds: readonly Deed[]) {
  const { workflow, shelf } = FLOWS.get(waits) ?? workflowThat(waits);
  shelf.family = {};
  const first = beginning(people);
  let outcome = begin(workflow, first);
  shelf.family = familyAfter({}, outcome.children);
  const events: RunEvent[] = [];
  const happened: Happening[] = [...outcome.happened];
  const [fanId = ''] = Object.keys(shelf.family);
  const reported = new Set<number>();
  for (const one of deeds) {
    const event = eventOf(one, outcome, fanId, shelf.family, reported, events.length);
    if (event === null) continue;
    const next = step(workflow, outcome.snapshot, event);
    if (next === null) continue;
    outcome = next;
    events.push(event);
    happened.push(...outcome.happened);
    shelf.family = familyAfter(shelf.family, outcome.children);
  }
  return { workflow, first, events, outcome, happened, rows: shelf.family[fanId] ?? [] };
}

function eventOf(
  one: Deed,
  { snapshot }: Outcome,
  fan: string,
  family: Family,
  reported: Set<number>,
  n: number,
): RunEvent | null {
  const base = { at: AT, fresh: fresh(n + 2) };
  const rows = family[fan] ?? [];
  const by = { by: 'olga@example.com', reason: 'Because' };
  switch (one.is) {
    case 'reports': {
      // A child reports a first time once; what it reports again is numbered so.
      const reports = one.of.flatMap(({ place, nth, ended, verdict }): Report[] => {
        const index = rows.length === 0 ? 0 : place % rows.length;
        if (rows.length === 0 || (nth === 1) === reported.has(index)) return [];
        reported.add(index);
        return [{ index, nth, ended, who: null, results: { verdict }, at: AT, note: '' }];
      });
      return reports.length === 0 ? null : { ...base, type: 'reported', fan, reports };
    }
    case 'add':
      return { ...base, type: 'fan_changed', fan, ...by, change: { is: 'add', key: `new ${n}`, input: {} } };
    case 'remove':
    case 'replace': {
      const row = rows[rows.length === 0 ? 0 : one.place % rows.length];
      const now = snapshot.context.fan;
      if (row === undefined || row.state === 'arrived' || !now) return null;
      const about = { index: row.index, failed: row.state === 'failed', taken: takenOf(now) + (one.stale ? 1 : 0) };
      const change =
        one.is === 'remove'
          ? { is: 'remove' as const, ...about }
          : { is: 'replace' as const, ...about, key: `instead ${n}`, input: {} };
      return { ...base, type: 'fan_changed', fan, ...by, change };
    }
    case 'time':
      return { ...base, type: 'fan_over', fan };
    case 'accept':
      return { ...base, type: 'fan_accepted', fan, ...by };
    case 'cancel':
      return { ...base, type: 'cancelled', ...by };
  }
}

describe('a run with children, whatever is reported, changed or due in whatever order', () => {
  const lives = fc.record({ flow: fc.constantFrom(...WAITS), people: fc.nat(12), deeds: fc.array(deed, { maxLength: 40 }) });

  test('goes on once at most, counts each result once, and lists them in the order of the items', () => {
    fc.assert(
      fc.property(lives, ({ flow, people, deeds }) => {
        const { outcome, happened, rows } = lived(flow, people, deeds);
        const joins = happened.filter((one) => one.what === 'joined');
        expect(joins.length).toBeLessThanOrEqual(1);
        const [join] = joins;
        const { facts, fan } = outcome.snapshot.context;
        const arrived = rows.filter(({ state }) => state === 'arrived');
        const approved = arrived.filter(({ report }) => report?.results.verdict === 'yes').length;
        const tally = join?.what === 'joined' ? join.tally : fan;
        if (!tally) return;
        expect([tally.arrived, tally.counts.approved]).toEqual([arrived.length, approved]);
        expect(tally.asked).toBe(rows.filter(({ state }) => state !== 'removed').length);
        expect(tally.arrived + tally.failed).toBeLessThanOrEqual(tally.asked);
        if (join === undefined) return;
        const listed = rowsIn(facts.opinions?.value);
        expect(listed.map(({ key }) => key)).toEqual(rows.filter(({ state }) => state !== 'removed').map(({ key }) => key));
        expect(listed.filter(({ state }) => state === 'arrived')).toHaveLength(arrived.length);
      }),
      { numRuns: 1500 },
    );
  });

  test('comes to the same snapshot when its history is folded again', () => {
    fc.assert(
      fc.property(lives, ({ flow, people, deeds }) => {
        const { workflow, first, events, outcome } = lived(flow, people, deeds);
        expect(replay(() => workflow, 1, first, events)).toEqual(outcome.snapshot);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps counts and no answers: with ten thousand children its snapshot stays below 16 kB', () => {
    const { workflow } = workflowThat('wait: all');
    const origin = { from: 'trigger' as const, by: 'anna@example.com', stage: null, at: AT };
    const many = Array.from({ length: 500 }, (_, n) => ({ name: `person ${n}`, email: `person${n}@example.com` }));
    const first = beginning(0);
    const outcome = begin(workflow, { ...first, facts: { ...first.facts, reviewers: { value: many, origin } } });
    const { reviewers: _, ...rest } = outcome.snapshot.context.facts;
    expect(JSON.stringify({ ...outcome.snapshot, context: { ...outcome.snapshot.context, facts: rest } }).length).toBeLessThan(
      2000,
    );
  });
});

test('one after the other stays so when somebody is removed whose turn had not come', () => {
  const remove = (place: number): Deed => ({ is: 'remove', place, stale: false });
  const arrives = (place: number): Deed => ({ is: 'reports', of: [{ place, nth: 1, ended: 'done', verdict: 'yes' }] });
  const release = (...deeds: Deed[]) =>
    lived('wait: all\n          in_order: true', 5, deeds).outcome.snapshot.context.fan?.released;
  expect([release(), release(remove(3)), release(remove(3), remove(1))]).toEqual([1, 1, 1]);
  expect(release(remove(3), remove(1), arrives(0))).toBe(3);
  expect(release(remove(0))).toBe(2);
});

const SINGLE = `workflow: second-look
title: Second look
owners: [olga@example.com]
actors: { anna: { title: Author, from: trigger } }
data:
  subject: { type: text }
  reviewer: { type: email }
  verdict: { type: choice, options: { yes: "Yes", no: "No" } }
triggers: [{ form: { collects: [subject, reviewer] } }]
stages:
  look:
    actor: system
    components:
      - sub_workflow: { id: asked, workflow: opinion, with: { subject: subject, reviewer: reviewer }, save: { verdict: verdict } }
      - email: { to: anna, subject: "{{ subject }}", body: "{{ verdict }}" }
`;

describe('a single child whose results are needed', () => {
  const { definition } = readDefinition(SINGLE, 'second-look.yaml');
  if (definition === null) throw new Error('The workflow is unsound.');
  const workflow: Workflow = { definition, machine: compile(definition, { portal: '', settings: {}, children: () => [] }) };
  const origin = { from: 'trigger' as const, by: 'anna@example.com', stage: null, at: AT };
  const facts = { subject: { value: 'Tea', origin }, reviewer: { value: 'rita@example.com', origin } };
  const { snapshot } = begin(workflow, { ...beginning(0), facts });
  const fan = snapshot.context.fan?.id ?? '';
  const about = { at: AT, fresh: fresh(2), by: 'olga@example.com', reason: 'Because' };

  test('is neither removed nor joined by another one, which would leave nothing to go on with', () => {
    const remove = { is: 'remove' as const, index: 0, failed: false, taken: 0 };
    const add = { is: 'add' as const, key: 'rosa', input: {} };
    for (const change of [remove, add])
      expect(step(workflow, snapshot, { ...about, type: 'fan_changed', fan, change })).toBeNull();
  });

  test('is replaced, and the one that is asked instead decides', () => {
    const change = { is: 'replace' as const, index: 0, failed: false, taken: 0, key: 'rosa', input: {} };
    const replaced = step(workflow, snapshot, { ...about, type: 'fan_changed', fan, change });
    const arrives: Report = { index: 1, nth: 1, ended: 'done', who: null, results: { verdict: 'yes' }, at: AT, note: '' };
    const told = { at: AT, fresh: fresh(3), type: 'reported' as const, fan, reports: [arrives] };
    const outcome = step(workflow, replaced?.snapshot ?? snapshot, told);
    expect([outcome?.status, outcome?.snapshot.context.facts.verdict?.value]).toEqual(['done', 'yes']);
  });
});

test('a run that asks again forgets what was handed back the time before', () => {
  const source = SINGLE.replace('verdict: verdict }', 'verdict: verdict }, failure: continue')
    .replace('body: "{{ verdict }}"', 'body: "{% if verdict %}{{ verdict }}{% endif %}"')
    .replace(/(- email.*\n)/, '$1    next: [{ to: look, when: "given(verdict)" }, { to: end, otherwise: true }]\n');
  const { definition } = readDefinition(source, 'second-look.yaml');
  if (definition === null) throw new Error('The workflow is unsound.');
  const workflow: Workflow = { definition, machine: compile(definition, { portal: '', settings: {}, children: () => [] }) };
  const answer = (before: Outcome, ended: Report['ended'], n: number) => {
    const fan = before.snapshot.context.fan?.id ?? '';
    const reports: Report[] = [{ index: 0, nth: 1, ended, who: null, results: { verdict: 'yes' }, at: AT, note: '' }];
    return step(workflow, before.snapshot, { at: AT, fresh: fresh(n), type: 'reported', fan, reports }) ?? before;
  };
  const once = answer(begin(workflow, beginning(0)), 'done', 2);
  expect([once.status, once.snapshot.context.facts.verdict?.value]).toEqual(['active', 'yes']);
  const twice = answer(once, 'cancelled', 3);
  expect([twice.status, twice.snapshot.context.facts.verdict]).toEqual(['done', undefined]);
});
