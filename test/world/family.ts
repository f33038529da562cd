import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../../machines/event.ts';
import { openWorld, type World } from './world.ts';

const FOLDER = fileURLToPath(new URL('./families', import.meta.url));

/** A child as its row says. */
export type ChildLine = {
  fan_id: string;
  index: number;
  key: string;
  state: string;
  child_id: string | null;
  report: Report | null;
  other: Report | null;
};

/** A world in which runs have children. */
export type FamilyWorld = {
  world: World;
  /** Starts a run that asks these people; answers its id when all who may start have been asked. */
  ask(workflow: string, people: readonly string[], more?: Record<string, unknown>): Promise<string>;
  children(run: string): Promise<ChildLine[]>;
  /** Somebody answers by the link in their newest letter about a child of this run. */
  answer(run: string, who: string, verdict: 'yes' | 'no', remark?: string): Promise<number>;
  /** The facts of a run as plain values. */
  facts(run: string): Promise<Record<string, unknown>>;
  status(run: string): Promise<{ status: string; stage: string | null }>;
  /** What happened to a run, step by step. */
  history(run: string): Promise<({ what: string } & Record<string, unknown>)[]>;
  /** Waits until nothing is due any more. */
  settle(): Promise<void>;
  close(): Promise<void>;
};

/** The parent of the shipped family under another name, with some of its lines said otherwise. */
export async function parentWith(name: string, lines: Record<string, string>): Promise<{ name: string; source: string }> {
  let source = (await readFile(join(FOLDER, 'opinions.yaml'), 'utf8')).replace('workflow: opinions', `workflow: ${name}`);
  for (const [key, value] of Object.entries(lines)) {
    const line = new RegExp(`^( {10})${key}:.*\\n`, 'm');
    const written = value === '' ? '' : `          ${key}: ${value}\n`;
    source = line.test(source) ? source.replace(line, written) : source.replace(/^( {10}id: asked\n)/m, `$1${written}`);
  }
  return { name, source };
}

/** Opens a world with the family `opinions` and `opinion`, these parents besides, and these settings over its own. */
export async function openFamily(
  parents: { name: string; source: string }[] = [],
  settings: Record<string, string> = {},
): Promise<FamilyWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-family-'));
  for (const name of ['opinions', 'opinion', 'countdown'])
    await writeFile(join(folder, `${name}.yaml`), await readFile(join(FOLDER, `${name}.yaml`)));
  for (const { name, source } of parents) await writeFile(join(folder, `${name}.yaml`), source);
  const world = await openWorld(() => ({ BATON_WORKFLOWS: folder, ...settings }));
  const { sql, actors } = world.portal;
  const settle = () => world.advance('0s');

  const family: FamilyWorld = {
    world,
    settle,
    async ask(workflow, people, more = {}) {
      const origin = { from: 'trigger' as const, by: 'anna@example.com', stage: null, at: world.portal.clock.now() };
      const reviewers = people.map((name) => ({ name, email: `${name}@example.com` }));
      const values = { subject: 'Tea', reviewers, ...more };
      const facts = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value, origin }]));
      const starter = { email: 'anna@example.com', name: null };
      const begun = await actors.begin({ workflow, starter, trigger: 'api', facts, idempotencyKey: null });
      await settle();
      return begun.run;
    },
    children: (run) => sql<ChildLine[]>`
      select c.fan_id, c.index, c.key, c.state, c.child_id, c.report, c.other from fans f join children c on c.fan_id = f.id
      where f.run_id = ${run} order by f.created_at, f.id, c.index`,
    async answer(run, who, verdict, remark = '') {
      const [child] = await sql<{ id: string }[]>`
        select h.run_id as id from hand_offs h join runs r on r.id = h.run_id
        where r.root_id = ${run} and h.person_email = ${`${who}@example.com`} order by h.opened_at desc limit 1`;
      if (child === undefined) throw new Error(`${who} was not asked.`);
      const letters = await world.letters({ to: `${who}@example.com`, run: child.id });
      const asked = letters.filter(({ kind }) => kind === 'hand_off').at(-1);
      const [, link] = /(http\S+\/h\/\S+)/.exec(asked?.text ?? '') ?? [];
      if (link === undefined) throw new Error(`${who} has no letter.`);
      const visitor = world.visitor();
      const page = await visitor.submit(await visitor.get(link), { verdict, remark });
      await settle();
      return page.status;
    },
    async facts(run) {
      const [row] = await sql<{ facts: Record<string, { value: unknown }> }[]>`
        select snapshot->'context'->'facts' as facts from runs where id = ${run}`;
      return Object.fromEntries(Object.entries(row?.facts ?? {}).map(([key, { value }]) => [key, value]));
    },
    async status(run) {
      const [row] = await sql<{ status: string; stage: string | null }[]>`select status, stage from runs where id = ${run}`;
      if (row === undefined) throw new Error(`There is no run ${run}.`);
      return row;
    },
    async history(run) {
      const rows = await sql<{ happened: ({ what: string } & Record<string, unknown>)[] }[]>`
        select happened from history where run_id = ${run} order by seq`;
      return rows.flatMap(({ happened }) => happened);
    },
    async close() {
      await world.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return family;
}
