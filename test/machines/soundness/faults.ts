import type { Called } from '../../../machines/check/calls.ts';
import type { Dice } from './dice.ts';
import { CALL_FAULTS } from './faults-of-calls.ts';
import { branchesOf, componentsOf, list, stagesOf, type Tree, toOne, tree } from './tree.ts';

/** One way of breaking a good definition for sure; false when this one has nothing to break in that way. */
export type Fault = { name: string; break(tree: Tree, roll: Dice, called: Called): boolean };

/** Everything that is written in the definition besides a key of data, to see whether the key is used. */
function usesOf(definition: Tree, key: string): boolean {
  const { data: _, cases: __, ...others } = definition;
  return new RegExp(`\\b${key}\\b`).test(JSON.stringify(others));
}

const rules = (definition: Tree) => [
  ...branchesOf(definition).filter(({ when }) => typeof when === 'string'),
  ...stagesOf(definition).flatMap(({ skip }) => (skip === undefined ? [] : [tree(skip)])),
];

const FAULTS_OF_STAGES: Fault[] = [
  {
    name: 'a branch to a stage that is not there',
    break: (d, roll) => toOne(branchesOf(d), roll, (branch) => Object.assign(branch, { to: 'nowhere' })),
  },
  {
    name: 'an actor that is not declared',
    break: (d, roll) => toOne(stagesOf(d), roll, (stage) => Object.assign(stage, { actor: 'nobody_at_all' })),
  },
  {
    name: 'a datum that is used and no longer declared',
    break: (d, roll) => {
      // These are words of other things, too: of a note, of a table's column, of what is handed back.
      const words = [
        'text',
        'price',
        'verdict',
        'score',
        'remark',
        ...componentsOf(d, 'sub_workflow').map(({ collect }) => collect),
      ];
      const used = Object.keys(tree(d.data)).filter((key) => !words.includes(key) && usesOf(d, key));
      if (used.length === 0) return false;
      delete tree(d.data)[roll.pick(used)];
      return true;
    },
  },
  {
    name: 'a rule over data that is not declared',
    break: (d, roll) => toOne(rules(d), roll, (rule) => Object.assign(rule, { when: `${rule.when} && nonsense > 5` })),
  },
  {
    name: 'a rule that is no yes or no',
    break: (d, roll) => toOne(rules(d), roll, (rule) => Object.assign(rule, { when: '1 + 1' })),
  },
  {
    name: 'a rule that compares a number with a text',
    break: (d, roll) => toOne(rules(d), roll, (rule) => Object.assign(rule, { when: `(${rule.when}) && size("a") == "a"` })),
  },
  {
    name: 'a rule that is not closed',
    break: (d, roll) => toOne(rules(d), roll, (rule) => Object.assign(rule, { when: `(${rule.when}` })),
  },
  {
    name: 'a fork whose rules leave a case open',
    break: (d, roll) => {
      const open = stagesOf(d).filter(
        (stage) =>
          list(stage.next).some((one) => tree(one).otherwise) &&
          list(stage.next).some((one) => typeof tree(one).when === 'string') &&
          !list(stage.next).some((one) => tree(one).guidance),
      );
      return toOne(open, roll, (stage) => {
        stage.next = list(stage.next).map((one) =>
          tree(one).otherwise ? { to: tree(one).to, when: 'starter.email == "x@example.com"' } : one,
        );
      });
    },
  },
  {
    name: 'a stage that nothing leads to',
    break: (d) => {
      tree(d.stages).lonely = { actor: 'system', components: [{ note: { text: 'Nobody comes here.' } }] };
      return true;
    },
  },
  {
    name: 'a stage from which no end can be reached',
    break: (d, roll) => {
      const [key, stage] = roll.pick(Object.entries(tree(d.stages)));
      if (JSON.stringify(tree(stage).components).includes('otherwise') || tree(stage).skip !== undefined) return false;
      if (
        JSON.stringify(tree(stage).components).includes('"to"') &&
        'outcomes' in tree(componentsOf({ stages: { key: stage } }, 'decision')[0])
      )
        return false;
      tree(stage).next = key;
      return true;
    },
  },
  {
    name: 'a text over data that is not declared',
    break: (d, roll) => toOne(componentsOf(d, 'email'), roll, (mail) => Object.assign(mail, { body: '{{ nonsense }}' })),
  },
  {
    name: 'a text that is not closed',
    break: (d, roll) => toOne(componentsOf(d, 'email'), roll, (mail) => Object.assign(mail, { subject: '{{ oops' })),
  },
  {
    name: 'a secret in a mail',
    break: (d, roll) => toOne(componentsOf(d, 'email'), roll, (mail) => Object.assign(mail, { body: '{{ secrets.TOKEN }}' })),
  },
  {
    name: 'mail to nobody',
    break: (d, roll) => toOne(componentsOf(d, 'email'), roll, (mail) => Object.assign(mail, { to: 'nobody_at_all' })),
  },
  {
    name: 'a duration in other words',
    break: (d, roll) => toOne(stagesOf(d), roll, (stage) => Object.assign(stage, { due: 'soon' })),
  },
  {
    name: 'a form for the system',
    break: (d, roll) =>
      toOne(
        stagesOf(d).filter(
          (stage) => stage.actor !== 'system' && /"(form|decision|checklist|task)"/.test(JSON.stringify(stage.components)),
        ),
        roll,
        (stage) => Object.assign(stage, { actor: 'system', escalate: undefined, decider: undefined }),
      ),
  },
  {
    name: 'a form that asks for what is not declared',
    break: (d, roll) =>
      toOne(componentsOf(d, 'form'), roll, (form) => Object.assign(form, { collects: [...list(form.collects), 'nonsense'] })),
  },
  {
    name: 'a form that shows what is not declared',
    break: (d, roll) =>
      toOne(componentsOf(d, 'form', 'decision', 'checklist', 'task'), roll, (form) =>
        Object.assign(form, { shows: ['nonsense'] }),
      ),
  },
  {
    name: 'a wait for an event with no end',
    break: (d, roll) =>
      toOne(
        componentsOf(d, 'wait').filter(({ event }) => event !== undefined),
        roll,
        (wait) => delete wait.otherwise,
      ),
  },
  {
    name: 'a wait for nothing',
    break: (d, roll) =>
      toOne(componentsOf(d, 'wait'), roll, (wait) => {
        for (const key of ['for', 'until', 'event']) delete wait[key];
      }),
  },
  {
    name: 'a table that is not there',
    break: (d, roll) => toOne(componentsOf(d, 'lookup'), roll, (lookup) => Object.assign(lookup, { table: 'nonsense' })),
  },
  {
    name: 'a column that is not there',
    break: (d, roll) =>
      toOne(componentsOf(d, 'lookup'), roll, (lookup) =>
        Object.assign(lookup, { match: { nonsense: Object.values(tree(lookup.match))[0] ?? 'x' } }),
      ),
  },
  {
    name: 'a rule of a table that sets what is not declared',
    break: (d, roll) =>
      toOne(componentsOf(d, 'rules'), roll, (one) => {
        tree(list(one.rows)[0]).set = { nonsense: 1 };
      }),
  },
  {
    name: 'a result saved nowhere',
    break: (d, roll) => toOne(componentsOf(d, 'http'), roll, (call) => Object.assign(call, { save: { nonsense: 'body.id' } })),
  },
  {
    name: 'a word that is misspelt',
    break: (d, roll) =>
      toOne(stagesOf(d), roll, (stage) => {
        stage.compnents = stage.components;
        delete stage.components;
      }),
  },
  {
    name: 'a component that does not exist',
    break: (d, roll) =>
      toOne(stagesOf(d), roll, (stage) => {
        stage.components = [{ frm: {} }, ...list(stage.components)];
      }),
  },
  {
    name: 'two components of one name',
    break: (d, roll) =>
      toOne(stagesOf(d), roll, (stage) => {
        stage.components = [{ note: { id: 'twin', text: 'A' } }, { note: { id: 'twin', text: 'B' } }, ...list(stage.components)];
      }),
  },
  {
    name: 'a time zone that does not exist',
    break: (d) => {
      d.timezone = 'Mars/Olympus';
      return true;
    },
  },
  {
    name: 'a schedule that never fires',
    break: (d) => {
      d.triggers = [...list(d.triggers), { schedule: { cron: '0 9 30 2 *' } }];
      return true;
    },
  },
  {
    name: 'a type that does not exist',
    break: (d, roll) => toOne(Object.values(tree(d.data)).map(tree), roll, (field) => Object.assign(field, { type: 'txt' })),
  },
  {
    name: 'limits that nothing meets',
    break: (d, roll) =>
      toOne(
        Object.values(tree(d.data))
          .map(tree)
          .filter(({ type }) => type === 'number' || type === 'money'),
        roll,
        (field) => Object.assign(field, { min: 10, max: 1 }),
      ),
  },
  {
    name: 'a computed value of the wrong type',
    break: (d, roll) =>
      toOne(
        Object.values(tree(d.data))
          .map(tree)
          .filter(({ computed }) => computed !== undefined),
        roll,
        (field) => Object.assign(field, { computed: '"a text" == "b"' }),
      ),
  },
  {
    name: 'a limit without an end',
    break: (d, roll) =>
      toOne(
        branchesOf(d).filter(({ at_most }) => at_most !== undefined),
        roll,
        (branch) => delete branch.afterwards,
      ),
  },
  {
    name: 'an actor whose address is not gathered on a way of starting',
    break: (d) => {
      const named = Object.values(tree(d.actors))
        .map(tree)
        .find(({ email }) => typeof email === 'string' && email.includes('{{'));
      const key = /\{\{ *(\w+)/.exec(String(named?.email))?.[1];
      const first = tree(Object.values(tree(d.stages))[0]);
      const asks = Object.entries(tree(d.actors)).find(([, actor]) => actor === named)?.[0];
      if (key === undefined || first.actor !== asks || first.actor === 'system') return false;
      if (
        !list(first.components).some((one) =>
          ['form', 'decision', 'checklist', 'task', 'file_request'].some((kind) => kind in tree(one)),
        )
      )
        return false;
      d.triggers = [...list(d.triggers), { schedule: { cron: '0 9 * * 1' } }];
      return true;
    },
  },
  {
    name: 'a number in a rule that may be left empty',
    break: (d, roll) => {
      const numbers = Object.entries(tree(d.data)).filter(
        ([, field]) =>
          ['number', 'money'].includes(String(tree(field).type)) &&
          tree(field).computed === undefined &&
          tree(field).optional !== true,
      );
      const asked = numbers.filter(
        ([key]) =>
          list(tree(tree(list(d.triggers)[0]).form).collects).includes(key) &&
          rules(d).some(({ when }) => new RegExp(`^${key} [<>=]`).test(String(when))),
      );
      return toOne(
        asked.map(([, field]) => tree(field)),
        roll,
        (field) => Object.assign(field, { optional: true }),
      );
    },
  },
  {
    name: 'a circle in which nobody is asked',
    break: (d, roll) =>
      toOne(stagesOf(d), roll, (stage) => {
        const [key] = Object.entries(tree(d.stages)).find(([, one]) => one === stage) ?? [''];
        stage.skip = { when: 'starter.email != ""', because: 'Always.', to: key };
      }),
  },
];

export const FAULTS: Fault[] = [...FAULTS_OF_STAGES, ...CALL_FAULTS];
