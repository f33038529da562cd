import type { Context, Hono } from 'hono';
import { lacksOnCourse, stagesToPut } from '../../machines/course.ts';
import { cleanLine } from '../../machines/fields/clean.ts';
import { startSections } from '../../machines/questions/asking.ts';
import type { Section } from '../../machines/questions/question.ts';
import type { Against } from '../../machines/questions/read.ts';
import type { Value } from '../../machines/values.ts';
import { CoursePage } from '../../views/owner/course.tsx';
import { EMPTY_FORM, type FormState } from '../../views/parts/form-state.ts';
import { paths } from '../../views/paths.ts';
import { notFound } from '../errors.ts';
import type { Portal } from '../portal.ts';
import { type Act, foresee, perform, placeWords, type Situation } from '../runs/acts.ts';
import { labelsOf, rearranged, shownSections } from './asked.ts';
import { foreseenLines } from './foreseen.ts';
import { goOn, readForm, readPost, textOf } from './forms.ts';
import { ownedSituations } from './owned-run.ts';
import { type OwnerEnv, ownerOnly } from './owner-only.ts';

type OwnerContext = Context<OwnerEnv>;
/** What the page shows beside what it would do: what is asked, what was typed, and what is wrong with it. */
type Shown = {
  sections: Section[];
  form: FormState;
  values: Record<string, Value> | null;
  reason: string;
  problem: string | null;
};

const ON = 'on';

/** An owner puts a run on another course, having seen what will happen and given what it would lack there. */
export function mountCourse(app: Hono, portal: Portal): void {
  const owner = ownerOnly(portal);

  app.get(paths.course.pattern, owner, async (c) => {
    const run = await ownedSituation(c, portal);
    const to = placeIn(run, c.req.query('to') ?? '');
    const sections = lackingSections(run, to);
    const values = sections.length === 0 ? {} : null;
    return page(c, portal, run, to, { sections, form: EMPTY_FORM, values, reason: '', problem: null });
  });

  app.post(paths.course.pattern, owner, async (c) => {
    const run = await ownedSituation(c, portal);
    const posted = await readPost(c);
    const to = placeIn(run, textOf(posted, 'to'));
    const reason = cleanLine(textOf(posted, 'reason')).slice(0, 1000);
    const sections = lackingSections(run, to);
    const questions = sections.flatMap((section) => section.questions);
    const { answers, form } = await readForm(portal, posted, questions, againstOf(portal, run));
    const again = (shown: FormState) => page(c, portal, run, to, { sections, form: shown, values: null, reason, problem: null });
    if (textOf(posted, 'refresh') !== '') return again({ ...form, problems: {} });
    const changed = rearranged(form, textOf(posted, 'add'), textOf(posted, 'remove'));
    if (changed !== null) return again(changed);
    if (!answers.ok) return page(c, portal, run, to, { sections, form, values: null, reason, problem: null }, 422);
    const shown = { sections, form, values: answers.value, reason, problem: null };
    if (textOf(posted, 'act') !== 'do') return page(c, portal, run, to, shown);
    if (reason === '') return page(c, portal, run, to, { ...shown, problem: 'Please give a reason.' }, 422);
    const act = { is: 'steer' as const, to, values: answers.value, reason };
    const acted = await perform(portal, run, act, c.var.owner, textOf(posted, 'standing'));
    if (acted.done) return goOn(c, paths.run.to({ run: run.id }));
    return page(c, portal, run, to, shown, 409, acted.why);
  });
}

/** A run of one of the owner's workflows as it stands; others are not there for them. */
async function ownedSituation(c: OwnerContext, portal: Portal): Promise<Situation> {
  const [run] = await ownedSituations(c, portal, [c.req.param('run') ?? '']);
  if (run === undefined) throw notFound('such run');
  return run;
}

/** Where the form wants the run: null is on past the step at which it rests. */
function placeIn({ definition }: Situation, to: string): string | null {
  if (to === ON) return null;
  if (!stagesToPut(definition).includes(to)) throw notFound('such stage');
  return to;
}

/** What the run would lack there: whatever the definition says of these data elsewhere, here they are needed. */
function lackingSections({ definition, context }: Situation, to: string | null): Section[] {
  const lacks = lacksOnCourse(definition, context, to);
  if (lacks.length === 0 || context.ending !== null) return [];
  return startSections(definition, lacks).map((section) => ({
    ...section,
    questions: section.questions.map((question) => ({ ...question, required: true, showWhen: null })),
  }));
}

function againstOf({ clock }: Portal, { definition, context }: Situation): Against {
  return { definition, facts: context.facts, moment: { starter: context.starter, at: clock.now() } };
}

async function page(
  c: OwnerContext,
  portal: Portal,
  run: Situation,
  to: string | null,
  { sections, form, values, reason, problem }: Shown,
  status: 200 | 409 | 422 = 200,
  why: string | null = null,
): Promise<Response> {
  const act: Act | null = values === null ? null : { is: 'steer', to, values, reason };
  const foreseen = act === null || why !== null ? null : await foresee(portal, run, act, c.var.owner);
  return c.html(
    <CoursePage
      owner={c.var.owner}
      run={run.id}
      title={run.title}
      heading={to === null ? 'Let it go on without waiting' : `Put it ${placeWords(run.definition, to)}`}
      to={to ?? ON}
      standing={run.standing}
      sections={shownSections(sections, form, againstOf(portal, run), null)}
      form={form}
      labelOf={labelsOf({ sections }, run.definition)}
      reason={reason}
      problem={problem}
      foreseen={foreseen?.does ? foreseenLines(run.definition, foreseen) : null}
      why={why ?? (foreseen !== null && !foreseen.does ? foreseen.why : null)}
    />,
    status,
  );
}
