import { type Called, collectedBy } from '../../../machines/check/calls.ts';
import type { Dice } from './dice.ts';
import type { Fault } from './faults.ts';
import { componentsOf, list, stagesOf, type Tree, toOne, tree } from './tree.ts';

const callsOf = (definition: Tree) => componentsOf(definition, 'sub_workflow');
const overItems = (call: Tree) => call.each !== undefined;
const single = (call: Tree) => call.each === undefined;
const counting = (call: Tree) => Object.keys(tree(call.counts)).length > 0;
const always = () => true;

/** Says something else in one call among those for which it is a fault. */
function said(name: string, which: (call: Tree) => boolean, change: (call: Tree, roll: Dice, definition: Tree) => void): Fault {
  return { name, break: (d, roll) => toOne(callsOf(d).filter(which), roll, (call) => change(call, roll, d)) };
}

/** Gives one part of what a child gets from somewhere else. */
function given(name: string, which: (call: Tree) => boolean, source: (call: Tree) => string): Fault {
  const gives = (call: Tree) => which(call) && Object.keys(tree(call.with)).length > 0;
  return said(name, gives, (call, roll) => {
    tree(call.with)[roll.pick(Object.keys(tree(call.with)))] = source(call);
  });
}

function counted(name: string, condition: string): Fault {
  return said(name, counting, (call, roll) => {
    tree(call.counts)[roll.pick(Object.keys(tree(call.counts)))] = condition;
  });
}

function dataOf(definition: Tree, ...types: string[]): string[] {
  return Object.entries(tree(definition.data)).flatMap(([key, field]) => (types.includes(String(tree(field).type)) ? [key] : []));
}

const asOf = ({ as }: Tree) => String(as ?? 'item');
const calledBy = (call: Tree, called: Called) => called(String(call.workflow));

/** The columns in which results are collected that a call hands back by their names. */
function resultColumns(definition: Tree, call: Tree, called: Called): string[] {
  const columns = Object.keys(tree(tree(tree(definition.data)[String(call.collect)]).of));
  return columns.filter((name) => calledBy(call, called)?.results.includes(name));
}

/** Faults that a call shows by itself, in its own file. */
const OF_THEMSELVES: Fault[] = [
  said('a call of nothing', always, (call) => delete call.workflow),
  said('a call without a name', always, (call) => delete call.id),
  said('a call of what no workflow can be called', always, (call) => Object.assign(call, { workflow: 'Not a key' })),
  {
    name: 'children for each of a single value',
    break: (d, roll) => {
      const single = dataOf(d, 'text', 'email', 'number', 'money', 'date', 'choice');
      return single.length > 0 && toOne(callsOf(d), roll, (call) => Object.assign(call, { each: roll.pick(single) }));
    },
  },
  said('children for each of a list that is not declared', always, (call) => Object.assign(call, { each: 'nonsense' })),
  said('children for each row of a table that is not there', always, (call) =>
    Object.assign(call, { each: { table: 'nonsense' } }),
  ),
  said(
    'rows by a column that is not there',
    ({ each }) => 'table' in tree(each),
    (call) => Object.assign(tree(call.each), { where: 'row.nonsense == "x"' }),
  ),
  given('a part that an item has not', overItems, (call) => `${asOf(call)}.nonsense`),
  given('an item as a whole', overItems, asOf),
  given('a part of what is no item', always, (call) => `${asOf(call)}_too.email`),
  given('something given that is not declared', always, () => 'nonsense'),
  given('an item of no list', (call) => single(call) && asOf(call) === 'item', asOf),
  said('children called after what they have not', overItems, (call) => Object.assign(call, { key: `${asOf(call)}.nonsense` })),
  said('answers that are counted and not collected', counting, (call) => delete call.collect),
  counted('a count over a column that is not there', 'row.nonsense == "x"'),
  counted('a count that is no yes or no', '1 + 1'),
  counted('a count that is not closed', '(row.key == "a"'),
  said('a count of what is counted anyway', counting, (call, roll) => {
    tree(call.counts)[roll.pick(['arrived', 'asked', 'failed', 'open', 'missing'])] = 'row.key == "a"';
  }),
  said('a veto of what is not counted', always, (call) => Object.assign(call, { veto: 'nonsense' })),
  said('so many of what is not counted', always, (call) => Object.assign(call, { wait: { at_least: 1, of: 'nonsense' } })),
  said('at least none of them', always, (call) => Object.assign(call, { wait: { at_least: 0 } })),
  said('more of them than all', always, (call) => Object.assign(call, { wait: { at_least: '120%' } })),
  said('a wait for children in other words', always, (call) => Object.assign(call, { wait: 'some' })),
  said('until what is not counted', always, (call) => Object.assign(call, { wait: { until: 'so_far.nonsense > 1' } })),
  said('until what is no yes or no', always, (call) => Object.assign(call, { wait: { until: 'so_far.arrived' } })),
  said('a time limit in other words', always, (call) => Object.assign(call, { time_limit: 'soon' })),
  said('a failure that means nothing', always, (call) => Object.assign(call, { failure: 'again' })),
  said('a rest that means nothing', always, (call) => Object.assign(call, { rest: 'forget' })),
  said('none at a time', always, (call) => Object.assign(call, { at_once: 0 })),
  said('several results saved as one', overItems, (call, roll, d) =>
    Object.assign(call, { save: { [roll.pick(Object.keys(tree(d.data)))]: 'verdict' } }),
  ),
  said('a result saved in what is not declared', single, (call) => Object.assign(call, { save: { nonsense: 'verdict' } })),
  {
    name: 'results collected in what has no rows',
    break: (d, roll) => {
      const single = dataOf(d, 'text', 'email', 'number', 'money', 'date', 'choice');
      return single.length > 0 && toOne(callsOf(d), roll, (call) => Object.assign(call, { collect: roll.pick(single) }));
    },
  },
  said('a number that a call keeps, declared as a day', always, (call, roll, d) => {
    tree(d.data)[`${call.id}_${roll.pick(['asked', 'arrived', 'missing'])}`] = { type: 'date' };
  }),
  {
    name: 'a result that is not declared',
    break: (d) => {
      d.results = [...list(d.results), 'nonsense'];
      return true;
    },
  },
  {
    name: 'a result that nothing gathers',
    break: (d) => {
      tree(d.data).unheard = { type: 'text' };
      d.results = [...list(d.results), 'unheard'];
      return true;
    },
  },
  {
    name: 'a caller that has to give what is not declared',
    break: (d) => {
      d.triggers = [...list(d.triggers), { sub_workflow: { collects: ['nonsense'] } }];
      return true;
    },
  },
  {
    name: 'what came of a call, used before it',
    break: (d, roll) => {
      const ids = callsOf(d).map(({ id }) => id);
      const once = ids.filter((id) => ids.indexOf(id) === ids.lastIndexOf(id));
      const calling = stagesOf(d).filter((stage) => callsOf({ stages: { stage } }).some(({ id }) => once.includes(id)));
      return toOne(calling, roll, (stage) => {
        const [first] = callsOf({ stages: { stage } }).filter(({ id }) => once.includes(id));
        stage.components = [documentOf(`{{ ${first?.id}_arrived }}`), ...list(stage.components)];
      });
    },
  },
  {
    name: 'a result that may not come, and is needed',
    break: (d, roll) => {
      const saving = stagesOf(d).filter((stage) => savingIn(stage) !== undefined);
      return toOne(saving, roll, (stage) => {
        const saving = savingIn(stage);
        Object.assign(saving ?? {}, { time_limit: '1 day' });
        stage.components = [...list(stage.components), documentOf(`{{ ${Object.keys(tree(saving?.save))[0]} }}`)];
      });
    },
  },
  {
    name: 'a circle through a list that may be empty',
    break: (d, roll) => {
      const alone = Object.entries(tree(d.stages)).flatMap(([key, stage]): Tree[] => {
        const [call, ...others] = list(tree(stage).components);
        const isAlone = others.length === 0 && overItems(tree(tree(call).sub_workflow));
        return isAlone && 'sub_workflow' in tree(call) ? [{ key, stage }] : [];
      });
      return toOne(alone, roll, ({ key, stage }) => {
        tree(stage).next = [
          { to: key, when: 'starter.email != ""' },
          { to: 'end', otherwise: true },
        ];
      });
    },
  },
];

/** The last component of a stage when that is a call which keeps a result. */
function savingIn(stage: Tree): Tree | undefined {
  const last = tree(tree(list(stage.components).at(-1)).sub_workflow);
  return Object.keys(tree(last.save)).length > 0 ? last : undefined;
}

function documentOf(template: string) {
  return { document: { id: 'added', title: 'Added', template, into: 'added_file' } };
}

/** Faults that show when a call is held against what it calls. */
const AGAINST_THE_CALLED: Fault[] = [
  said('a call of a workflow that is not there', always, (call) => Object.assign(call, { workflow: 'nowhere-at-all' })),
  {
    name: 'something needed that is not given',
    break: (d, roll, called) => {
      const needed = (call: Tree) => {
        const callee = calledBy(call, called);
        const asked = callee === null ? [] : (collectedBy(callee) ?? []);
        return Object.keys(tree(call.with)).filter((key) => asked.includes(key) && isNeeded(tree(callee?.data[key])));
      };
      const needing = callsOf(d).filter((call) => needed(call).length > 0);
      return toOne(needing, roll, (call) => delete tree(call.with)[roll.pick(needed(call))]);
    },
  },
  said('something given that is not taken', always, (call) => {
    const [any = 'nonsense'] = Object.values(tree(call.with));
    call.with = { ...tree(call.with), not_taken: any };
  }),
  {
    name: 'something given in another type',
    break: (d, roll, called) => {
      const others = (call: Tree) =>
        Object.keys(tree(call.with)).filter((key) => calledBy(call, called)?.data[key]?.type !== 'yes_no');
      return toOne(
        callsOf(d).filter((call) => others(call).length > 0),
        roll,
        (call) => {
          tree(d.data).odd = { type: 'yes_no', computed: 'starter.email != ""' };
          tree(call.with)[roll.pick(others(call))] = 'odd';
        },
      );
    },
  },
  said(
    'a result that is not handed back',
    ({ save }) => Object.keys(tree(save)).length > 0,
    ({ save }, roll) => {
      tree(save)[roll.pick(Object.keys(tree(save)))] = 'nonsense';
    },
  ),
  {
    name: 'a column of what is not handed back',
    break: (d, roll) => {
      const lists = callsOf(d).flatMap(({ collect }) => (typeof collect === 'string' ? [tree(tree(d.data)[collect])] : []));
      return toOne(
        lists.filter((field) => 'of' in field),
        roll,
        (field) => Object.assign(tree(field.of), { nonsense: { type: 'text', optional: true } }),
      );
    },
  },
  {
    name: 'a column of results that may not be empty',
    break: (d, roll, called) =>
      toOne(
        callsOf(d).filter((call) => resultColumns(d, call, called).length > 0),
        roll,
        (call) => {
          const { of } = tree(tree(d.data)[String(call.collect)]);
          delete tree(tree(of)[roll.pick(resultColumns(d, call, called))]).optional;
        },
      ),
  },
  {
    name: 'a column of results in another type',
    break: (d, roll, called) => {
      const others = (call: Tree) =>
        resultColumns(d, call, called).filter((key) => calledBy(call, called)?.data[key]?.type !== 'yes_no');
      return toOne(
        callsOf(d).filter((call) => others(call).length > 0),
        roll,
        (call) => {
          const { of } = tree(tree(d.data)[String(call.collect)]);
          tree(of)[roll.pick(others(call))] = { type: 'yes_no', optional: true };
        },
      );
    },
  },
];

function isNeeded({ optional, show_when, require_when, computed }: Tree): boolean {
  return optional !== true && show_when === undefined && require_when === undefined && computed === undefined;
}

export const CALL_FAULTS: Fault[] = [...OF_THEMSELVES, ...AGAINST_THE_CALLED];
