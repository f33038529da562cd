import { asksPeople, type Component, componentId } from '../components/component.ts';
import type { Definition } from '../definition.ts';
import type { RunContext } from '../outcome.ts';
import { askingOf, signOffId, startSections } from '../questions/asking.ts';
import { type Question, questionsOf } from '../questions/question.ts';
import type { Level } from './names.ts';

const known = new WeakMap<Definition, Set<string>>();

/** Every datum that something asks for or sets in such a way that it may stay empty. */
export function emptiableIn(definition: Definition): Set<string> {
  const found = known.get(definition) ?? new Set(emptiable(definition));
  known.set(definition, found);
  return found;
}

/** What is known of each datum of a run that has gathered these facts, as `check/flow.ts` counts it. */
export function knownIn(definition: Definition, { facts, kept }: Pick<RunContext, 'facts' | 'kept'>): (key: string) => Level {
  const emptiable = emptiableIn(definition);
  return (key) => (facts[key] !== undefined || kept?.[key] !== undefined ? 2 : emptiable.has(key) ? 1 : 0);
}

function emptiable(definition: Definition): string[] {
  const optional = Object.entries(definition.data).flatMap(([key, field]) =>
    field.optional || field.show_when !== undefined || field.require_when !== undefined ? [key] : [],
  );
  const started = definition.triggers.flatMap((trigger) =>
    'form' in trigger ? startSections(definition, trigger.form.collects).flatMap(({ questions }) => questions) : [],
  );
  const asked = Object.entries(definition.stages).flatMap(([stage, { components }]) =>
    components.flatMap((component, index) => emptiableBy(definition, stage, component, index)),
  );
  return [...optional, ...mayStayEmpty(started), ...asked];
}

function emptiableBy(definition: Definition, stage: string, component: Component, index: number): string[] {
  if (asksPeople(component)) {
    const id = componentId(component, index);
    const asked = questionsOf(askingOf(definition, { stage, component: id }));
    const signed =
      component.kind === 'checklist' && component.sign_off !== undefined
        ? questionsOf(askingOf(definition, { stage, component: signOffId(id) }))
        : [];
    return mayStayEmpty([...asked, ...signed]);
  }
  if (component.kind === 'rules') {
    return component.rows.flatMap(({ set }) => Object.keys(set).filter((key) => set[key] === ''));
  }
  if (component.kind !== 'lookup') return [];
  const columns = definition.tables[component.table]?.columns;
  return Object.entries(component.save).flatMap(([key, column]) => (columns?.[column]?.optional ? [key] : []));
}

function mayStayEmpty(questions: readonly Question[]): string[] {
  return questions.flatMap(({ key, showWhen, required }) => (showWhen !== null || required !== true ? [key] : []));
}
