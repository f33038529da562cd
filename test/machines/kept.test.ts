import { expect, test } from 'vitest';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Beginning, Report, RunEvent } from '../../machines/event.ts';
import type { Outcome } from '../../machines/outcome.ts';
import { type Family, familyAfter } from '../../machines/rehearsal/children.ts';
import { replay } from '../../machines/replay.ts';
import { begin, step } from '../../machines/step.ts';

const MANY = 10_000;
const LARGEST_SNAPSHOT = 16_384;

const SOURCE = `
workflow: panel
title: Panel
owners: [ops@example.com]
actors: { anna: { title: Author, from: trigger }, olga: { title: Owner, email: olga@example.com } }
data:
  agreed: { type: number, decimals: 0, computed: 'double(size(seen.filter(r, r.verdict == "yes")))' }
  remark: { type: text }
  seen:
    type: list
    min: 0
    of: { key: { type: text }, state: { type: choice, options: { arrived: In, missing: Missing, failed: Failed } }, verdict: { type: choice, optional: true, options: { yes: "Yes", no: "No" } } }
tables:
  people: { columns: { email: { type: email } }, rows: [{ email: p0@example.com }] }
triggers: [{ api: { collects: [] } }]
stages:
  ask:
    actor: system
    components:
      - sub_workflow: { id: asked, workflow: look, each: { table: people }, as: person, key: person.email, with: { who: person.email }, wait: all, time_limit: 3 days, at_once: 10000, collect: seen }
    next: look
  look:
    actor: olga
    components: [{ form: { shows: [agreed], collects: [remark] } }]
    next:
      - { to: tell, when: 'seen.exists(r, r.key == "p9998@example.com" && r.verdict == "yes")' }
      - { to: nothing, otherwise: true }
  tell:
    actor: system
    components: [{ email: { to: anna, subject: "{{ agreed }} agree", body: "{{ seen }}" } }]
  nothing:
    actor: system
    components: [{ note: { text: Nothing } }]
`;

type Told = RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at' | 'fresh'> : never) : never;
/** A run that is told one thing after the other, each on what the database would give back. */
type Tale = { workflow: Workflow; beginning: Beginning; events: RunEvent[]; outcome: Outcome };

function begun(): Tale & { tell(told: Told): Outcome } {
  const { definition, findings } = readDefinition(SOURCE, 'panel.yaml');
  if (definition === null) throw new Error(JSON.stringify(findings));
  let family: Family = {};
  const people = Array.from({ length: MANY }, (_, n) => ({ from: null, until: null, values: { email: `p${n}@example.com` } }));
  const around = { portal: '', settings: {}, rows: () => people, children: (fan: string) => family[fan] ?? [] };
  const workflow: Workflow = { definition, machine: compile(definition, around) };
  let number = 0;
  const stamp = () => {
    number += 1;
    return { at: new Date(Date.UTC(2026, 2, 2, 9, number)).toISOString(), fresh: idOf(number), tables: { people: 1 } };
  };
  const starter = { email: 'anna@example.com', name: null };
  const beginning: Beginning = { ...stamp(), run: idOf(0xffff), starter, trigger: 'api', facts: {} };
  const tale: Tale = { workflow, beginning, events: [], outcome: begin(workflow, beginning) };
  family = familyAfter(family, tale.outcome.children);
  return Object.assign(tale, {
    tell(told: Told) {
      const event: RunEvent = { ...told, ...stamp() };
      const next = step(workflow, JSON.parse(JSON.stringify(tale.outcome.snapshot)), event);
      if (next === null) throw new Error(`${event.type} changed nothing.`);
      tale.events.push(event);
      tale.outcome = next;
      family = familyAfter(family, next.children);
      return next;
    },
  });
}

function idOf(n: number): string {
  return `0195a000-0000-7000-8000-${n.toString(16).padStart(8, '0')}0000`;
}

/** Every second one agrees. */
function reportOf(index: number): Report {
  const results = { verdict: index % 2 === 0 ? 'yes' : 'no' };
  return { index, nth: 1, ended: 'done', who: null, results, at: '2026-03-02T10:00:00.000Z', note: '' };
}

test('the answers of ten thousand are there for rules, mails and later stages, and no snapshot holds them', () => {
  const tale = begun();
  const fan = tale.outcome.snapshot.context.fan?.id ?? '';
  const reports = Array.from({ length: MANY - 1 }, (_, index) => reportOf(index));
  tale.tell({ type: 'reported', fan, reports: reports.slice(0, 100) });
  tale.tell({ type: 'reported', fan, reports: reports.slice(100) });
  const joined = tale.tell({ type: 'fan_over', fan });
  expect(joined.snapshot.context.facts.agreed?.value).toBe(MANY / 2);
  expect(joined.snapshot.context.facts.seen).toBeUndefined();

  // What comes late is never used, wherever the list is looked at again.
  tale.tell({ type: 'reported', fan, reports: [{ ...reportOf(MANY - 1), results: { verdict: 'yes' } }] });
  const { open } = tale.outcome.snapshot.context;
  const about = { handOff: open?.id ?? '', generation: 1, by: { email: 'olga@example.com', name: null }, submission: 's' };
  const ended = tale.tell({ type: 'answered', ...about, answers: { remark: 'Seen' } });
  const [mail] = ended.effects.flatMap((effect) => (effect.kind === 'mail' && effect.mail.is === 'outcome' ? [effect.mail] : []));
  expect(mail?.subject).toBe('5,000 agree');
  expect(mail?.body).toMatch(/^1\. key: p0@example\.com, state: In, verdict: Yes\n/);
  expect(mail?.body).toMatch(/… and 9500 more$/);
  expect(JSON.stringify(ended.snapshot).length).toBeLessThan(LARGEST_SNAPSHOT);

  const again = replay(() => tale.workflow, 1, tale.beginning, tale.events);
  expect(JSON.stringify(again)).toBe(JSON.stringify(ended.snapshot));
});
