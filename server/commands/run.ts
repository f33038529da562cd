import { readFile } from 'node:fs/promises';
import { EMAIL } from '../../machines/words.ts';
import { Refusal } from '../errors.ts';
import { factsForStart } from '../runs/start.ts';
import { withPortal } from './with-portal.ts';

type Options = { data?: string | undefined; email?: string | undefined; name?: string | undefined; key?: string | undefined };

/** `baton run WORKFLOW --data FILE`: starts a run and prints its id. Without an address the first owner is the starter. */
export async function runCommand(workflow: string, options: Options): Promise<number> {
  const data = options.data === undefined ? {} : jsonIn(await readFile(options.data, 'utf8'), options.data);
  return withPortal(async (portal) => {
    const { definition } = await portal.library.newest(workflow);
    const email = EMAIL.safeParse(options.email ?? definition.owners[0]);
    if (!email.success) throw new Refusal(422, 'email', `"${options.email}" is not an email address.`);
    const facts = factsForStart(
      definition,
      data,
      { from: 'trigger', by: 'command line', stage: null, at: portal.clock.now() },
      {
        email: email.data,
        name: options.name ?? null,
      },
    );
    if (!facts.ok) {
      for (const { field, sentence } of facts.problems) process.stderr.write(`${field}: ${sentence}\n`);
      return 1;
    }
    const begun = await portal.actors.begin({
      workflow,
      starter: { email: email.data, name: options.name ?? null },
      trigger: 'by_hand',
      facts: facts.value,
      idempotencyKey: options.key === undefined ? null : `command:${options.key}`,
    });
    process.stdout.write(`${begun.run}\n`);
    return 0;
  });
}

function jsonIn(text: string, file: string): Record<string, unknown> {
  const parsed: unknown = JSON.parse(text);
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new Refusal(422, 'data', `${file} holds no JSON object.`);
  return Object.fromEntries(Object.entries(parsed));
}
