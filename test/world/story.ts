import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { createKey } from '../../server/api-keys.ts';
import { examine } from '../../server/doctor.ts';
import { publishFiles } from '../../server/workflows/files.ts';
import { paths } from '../../views/paths.ts';
import { type Answers, type Letter, linkIn, type Page } from './visitor.ts';
import { moveClock, openWorld, type World } from './world.ts';

/** A run as the API shows it. */
type RunState = {
  id: string;
  status: string;
  stage: string | null;
  title: string;
  attention: string | null;
  status_url: string;
  data: Record<string, { value: unknown; shown: string; source: { from: string; by: string } } | undefined>;
};

/** One happening of a run's history. */
export type Happened = { what: string } & Record<string, unknown>;

/** One run, acted on and looked at as the people concerned do it: by links in letters, pages, and the API. */
export type Run = {
  id: string;
  /** The page to which somebody's newest letter about this run leads. */
  page(who: string): Promise<Page>;
  /** Answers by the link in somebody's newest letter. Answers the page that follows: a receipt, or the next form. */
  act(who: string, answers: Answers): Promise<Page>;
  /** As `act`, with answers that the form does not take. */
  refused(who: string, answers: Answers): Promise<Page>;
  /** Goes on with a form that followed at once. */
  goOn(page: Page, answers: Answers): Promise<Page>;
  state(): Promise<RunState>;
  /** Where it is: the stage, or how it ended. */
  where(): Promise<string>;
  /** The plain values of some data. */
  values(...keys: string[]): Promise<Record<string, unknown>>;
  history(): Promise<Happened[]>;
  /** The stages that were entered, in their order. */
  visits(): Promise<string[]>;
  /** The letters that the owner wrote, as "address: subject". */
  mails(): Promise<string[]>;
  /** The newest letter that the owner wrote, to somebody. */
  mail(to: string): Promise<Letter>;
  /** The status page that everybody concerned may open. */
  statusPage(): Promise<string>;
  /** A child of this run, by what it is called: the newest one. */
  child(key: string): Promise<Run>;
  /** The children of this run, as "key: state". */
  children(): Promise<string[]>;
  /** A program reports an event. */
  hears(event: string, brings: Record<string, unknown>): Promise<number>;
};

/** A world with one workflow in the middle. */
export type Stage = {
  world: World;
  /** Starts a run by the form; the answers name the starter as `starter_email`. `opening`: the page that follows. */
  start(answers: Answers): Promise<Run & { opening: Page }>;
  /** A start that the form does not take: the page with what is wrong. */
  startRefused(answers: Answers): Promise<Page>;
  startByApi(starter: string, data: Record<string, unknown>): Promise<Run>;
  /** The run that began last, however it began. */
  newest(): Promise<Run>;
  /** Moves the time to a moment. */
  moveTo(moment: string): Promise<void>;
  /** Ends the story, and expects every run in it to be sound. */
  close(): Promise<void>;
};

/** When stories begin: a Monday morning. */
export const MONDAY = '2029-12-03T08:00:00.000Z';

const SHIPPED = fileURLToPath(new URL('../../workflows', import.meta.url));

/**
 * Opens a world in which the story of a workflow is told. `system`: the one that it calls; `ACCOUNTING` stands for the
 * setting ACCOUNTING_URL, which leads to the sink, and the secret ACCOUNTING_TOKEN. No other workflow is there besides
 * those that it calls, and it is MONDAY.
 */
export async function tell(workflow: string, system: string | null = null, called: string[] = []): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-story-'));
  const world = await openWorld((sink) => ({
    BATON_WORKFLOWS: folder,
    ...(system === null
      ? {}
      : {
          [`BATON_SETTING_${system}_URL`]: `${sink.url}/${system.toLowerCase()}`,
          [`BATON_SECRET_${system}_TOKEN`]: `tok_${system.toLowerCase()}`,
        }),
  }));
  const { url, portal } = world;
  await moveClock(url, { to: MONDAY });
  // Not before: what begins by itself would have begun many times until then.
  for (const name of [workflow, ...called]) await cp(join(SHIPPED, `${name}.yaml`), join(folder, `${name}.yaml`));
  await publishFiles(folder, portal);
  const { key } = await createKey(portal, 'story');
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

  async function api<T>(path: string, body?: unknown): Promise<{ status: number; json: T }> {
    const init = body === undefined ? { headers } : { headers, method: 'POST', body: JSON.stringify(body) };
    const response = await fetch(`${url}/api/v1${path}`, init);
    return { status: response.status, json: (await response.json()) as T };
  }

  async function newest(): Promise<Run> {
    const { json } = await api<{ runs: { id: string }[] }>(`/runs?workflow=${workflow}&limit=1`);
    const [run] = json.runs;
    if (run === undefined) throw new Error(`No run of ${workflow} has begun.`);
    return runOf(run.id);
  }

  function runOf(id: string): Run {
    const visitor = world.visitor();
    const state = async () => {
      await world.letters();
      return (await api<RunState>(`/runs/${id}`)).json;
    };
    const history = async () => {
      await world.letters();
      const { json } = await api<{ history: { happened: Happened[] }[] }>(`/runs/${id}/history`);
      return json.history.flatMap(({ happened }) => happened);
    };
    const page = async (who: string) => {
      const letters = await world.letters({ to: who, run: id });
      const asking = letters.filter(({ kind }) => ['hand_off', 'reminder', 'escalation'].includes(kind)).at(-1);
      const alone = asking !== undefined && !asking.text.includes('/b/');
      const link = alone ? linkIn(asking) : await bundledLink(who);
      if (link === null) throw new Error(`${who} was not asked for anything. Asked: ${await asked()}`);
      const open = await visitor.get(link);
      // Whoever has answered that one and has the next finds the way there on its page.
      const [, next] = /left for you to do: <a href="([^"]+)"/.exec(open.html) ?? [];
      return next === undefined ? open : visitor.get(next);
    };
    /** Where one letter asks for several things, its page leads to each of them. */
    const bundledLink = async (who: string) => {
      const [open] = await portal.sql<{ id: string; generation: number }[]>`
        select id, generation from hand_offs where run_id = ${id} and person_email = ${who} order by opened_at desc limit 1`;
      const letters = (await world.letters({ to: who })).flatMap(({ text }) => /http\S+\/b\/\S+/.exec(text) ?? []);
      const pages = await Promise.all(letters.map((letter) => visitor.get(letter)));
      const link = open === undefined ? null : paths.handOff.to({ link: portal.links.mint('hand-off', open) });
      return link !== null && pages.some(({ html }) => html.includes(link)) ? link : null;
    };
    const asked = async () => (await world.letters({ run: id })).map(({ to, kind }) => `${kind} to ${to}`).join(', ');
    const submit = async (open: Page, answers: Answers, status: number) => {
      const next = await visitor.submit(open, answers);
      if (next.status !== status) throw new Error(`${next.status} instead of ${status}: ${wordsOf(next.html)}`);
      return next;
    };
    const outcomes = () => world.letters({ run: id, kind: 'outcome' });
    return {
      id,
      page,
      act: async (who, answers) => submit(await page(who), answers, 200),
      refused: async (who, answers) => submit(await page(who), answers, 422),
      goOn: (open, answers) => submit(open, answers, 200),
      state,
      history,
      async where() {
        const { status, stage } = await state();
        return status === 'active' ? (stage ?? '') : status;
      },
      async values(...keys) {
        const { data } = await state();
        return Object.fromEntries(keys.map((name) => [name, data[name]?.value]));
      },
      visits: async () => (await history()).flatMap(({ what, stage }) => (what === 'entered' ? [String(stage)] : [])),
      mails: async () => (await outcomes()).map(({ to, subject }) => `${to}: ${subject}`),
      async mail(to) {
        const letter = (await outcomes()).filter((one) => one.to === to).at(-1);
        if (letter === undefined) throw new Error(`No mail of the owner went to ${to}.`);
        return letter;
      },
      async child(key) {
        await world.letters();
        const [row] = await portal.sql<{ id: string }[]>`
          select c.child_id as id from fans f join children c on c.fan_id = f.id
          where f.run_id = ${id} and c.key = ${key} and c.child_id is not null order by f.created_at desc, c.index desc limit 1`;
        if (row === undefined) throw new Error(`${key} has no run of its own. There are: ${await this.children()}`);
        return runOf(row.id);
      },
      async children() {
        await world.letters();
        const rows = await portal.sql<{ key: string; state: string }[]>`
          select c.key, c.state from fans f join children c on c.fan_id = f.id
          where f.run_id = ${id} order by f.created_at, f.id, c.index`;
        return rows.map(({ key, state }) => `${key}: ${state}`);
      },
      statusPage: async () => (await visitor.get((await state()).status_url)).html,
      hears: async (event, brings) => (await api(`/runs/${id}/events/${event}`, brings)).status,
    };
  }

  const started = async (answers: Answers) => {
    const visitor = world.visitor();
    return visitor.submit(await visitor.get(`/start/${workflow}`), answers);
  };

  return {
    world,
    async start(answers) {
      const page = await started(answers);
      if (page.status !== 200) throw new Error(`The start was refused: ${wordsOf(page.html)}`);
      return { ...(await newest()), opening: page };
    },
    async startRefused(answers) {
      const page = await started(answers);
      expect(page.status).toBe(422);
      return page;
    },
    async startByApi(starter, data) {
      const { status, json } = await api<{ id: string }>('/runs', { workflow, starter: { email: starter }, data });
      if (status !== 201) throw new Error(`The start was refused: ${JSON.stringify(json)}`);
      return runOf(json.id);
    },
    newest,
    moveTo: (to) => moveClock(url, { to }),
    async close() {
      // Whatever was told: each history, folded again, is the stored run, and nothing is left hanging.
      const wrong = (await examine(portal)).flatMap(({ name, wrong }) => wrong.map((line) => `${name}: ${line}`));
      await world.close();
      await rm(folder, { recursive: true, force: true });
      expect(wrong).toEqual([]);
    },
  };
}

/** A small PDF to upload. */
export function pdf(name: string): File {
  return new File(['%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n'], name, { type: 'application/pdf' });
}

/** A small picture to upload. */
export function photo(name: string): File {
  const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
  return new File([Buffer.from(png, 'base64')], name, { type: 'image/png' });
}

/** The words of a page, for messages. */
export function wordsOf(html: string): string {
  return html
    .replace(/<(style|script|svg)[\s\S]*?<\/\1>/g, ' ')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .slice(0, 1500);
}
