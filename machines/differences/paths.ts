import { type Definition, END, type Stage, type Successor, stageTitle } from '../definition.ts';
import type { Both } from './components.ts';
import { isSame, quoted, type Said, saidOf, say } from './saying.ts';

/** What differs in the ways that lead on from a stage that both have. */
export function pathsSaid({ before, after }: Both, key: string, was: Stage, is: Stage): Said[] {
  const title = stageTitle(after, key);
  const [had, has] = [was.next ?? [], is.next ?? []];
  if (isSame(had, has) && (was.next === undefined) === (is.next === undefined)) return [];
  const gone = had.filter((one) => !has.some((other) => isSame(one, other)));
  const added = has.filter((one) => !gone.includes(one) && !had.some((other) => isSame(one, other)));
  const said: Said[] = [];
  for (const one of added) {
    const at = gone.findIndex(({ to }) => to === one.to);
    const [other] = at === -1 ? [] : gone.splice(at, 1);
    if (other === undefined) said.push(say(`${title} now leads to ${placeOf(after, one.to)}${conditionOf(one)}.`));
    else said.push(...changedSaid(after, title, other, one));
  }
  said.push(...gone.map((one) => say(`${title} no longer leads to ${placeOf(before, one.to)}${conditionOf(one)}.`)));
  if (has.length === 0 && had.some(({ to }) => to !== END)) said.push(say(`The run ends after ${title}.`));
  return said.length > 0 ? said : [say(`${title}: the ways on are tried in another order.`)];
}

function changedSaid(definition: Definition, title: string, before: Successor, after: Successor): Said[] {
  const to = placeOf(definition, after.to);
  const [was, is] = [conditionOf(before), conditionOf(after)];
  const condition =
    was === is ? [] : [say(`${title} now leads to ${to}${is === '' ? ' always' : is}; before,${was === '' ? ' always' : was}.`)];
  const rest = saidOf(`${title} to ${to}`, before, after, ['to', 'when', 'guidance', 'otherwise'], {
    label: 'called',
    at_most: 'how often at most:',
    afterwards: 'after that on to',
  });
  const hidden = condition.length === 0 && rest.length === 0;
  return hidden ? [{ text: `${title} to ${to}: the condition reads differently.`, words: null }] : [...condition, ...rest];
}

/** ` when amount > 5000` */
function conditionOf({ when, guidance, otherwise }: Successor): string {
  return [
    when === undefined ? '' : ` when ${when.replace(/\s+/g, ' ').trim()}`,
    guidance === undefined ? '' : ` where this fits: ${quoted(guidance)}`,
    otherwise ? ' in every other case' : '',
  ].join('');
}

function placeOf(definition: Definition, stage: string): string {
  return stage === END ? 'the end' : stageTitle(definition, stage);
}
