import { parseArgs } from 'node:util';
import { checkCommand } from './commands/check.ts';
import { doctorCommand } from './commands/doctor.ts';
import { createKeyCommand, listKeysCommand, revokeKeyCommand } from './commands/key.ts';
import { moveCommand } from './commands/move.ts';
import { outlineCommand } from './commands/outline.ts';
import { publishCommand } from './commands/publish.ts';
import { machineCommand, rehearseCommand } from './commands/rehearse.ts';
import { runCommand } from './commands/run.ts';
import { schemaCommand } from './commands/schema.ts';
import { startCommand } from './commands/start.ts';
import { diffCommand, restoreCommand, versionsCommand } from './commands/versions.ts';
import { WrongSettings } from './config.ts';
import { Refusal } from './errors.ts';

const HELP = `baton: hand-offs for repeatable work

  baton start                          run the portal
  baton check FILE ...                 say what is wrong with workflow files
            [--format text|json|sarif]
  baton schema                         print the JSON Schema of workflow files, for editors
  baton rehearse FILE [--data FILE] [--moves FILE] [--case NAME] [--explore [--runs N] [--seed N]] [--format json]
                                       walk a workflow without sending anything
  baton outline FILE                   the workflow as a procedure to print, in Markdown
  baton machine FILE                   its state machine as XState JSON
  baton publish FILE ...               check workflow files and publish them
  baton run WORKFLOW --data FILE       start a run; the file holds its data as JSON
            [--email ADDRESS] [--name NAME] [--key KEY]
  baton versions WORKFLOW              its versions, and how many runs are on each
  baton diff WORKFLOW A B              what differs between two versions, in sentences
  baton restore WORKFLOW N             publish an earlier version once more
  baton move WORKFLOW [--to N] [--run ID]... [--reason TEXT] [--yes]
                                       say which runs under way could go on in version N (the newest if left out);
                                       with --yes they do
  baton key create [--name NAME]       make a key for the API; it is shown once
  baton key list                       the keys, when each was used last
  baton key revoke ID                  end a key at once
  baton doctor                         check that the database is sound

Settings come from the environment: docs/settings.md.
`;

/** Runs one command; answers the exit code: 0 done, 1 refused or wrong, 2 not understood. */
export async function cli(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      email: { type: 'string' },
      name: { type: 'string' },
      key: { type: 'string' },
      run: { type: 'string', multiple: true },
      to: { type: 'string' },
      reason: { type: 'string' },
      yes: { type: 'boolean' },
      case: { type: 'string' },
      moves: { type: 'string' },
      explore: { type: 'boolean' },
      runs: { type: 'string' },
      seed: { type: 'string' },
      format: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command, ...rest] = positionals;
  const [first, second, third] = rest;
  if (values.help || command === undefined || command === 'help') return say(HELP, 0);
  if (command === 'start') return startCommand();
  if (command === 'rehearse' && first !== undefined) return rehearseCommand(first, values);
  if (command === 'machine' && first !== undefined) return machineCommand(first);
  if (command === 'outline' && first !== undefined) return outlineCommand(first);
  if (command === 'check' && first !== undefined) return checkCommand(rest, values.format);
  if (command === 'schema') return schemaCommand();
  if (command === 'publish' && first !== undefined) return publishCommand(rest);
  if (command === 'run' && first !== undefined) return runCommand(first, values);
  if (command === 'versions' && first !== undefined) return versionsCommand(first);
  if (command === 'diff' && first !== undefined && second !== undefined && third !== undefined)
    return diffCommand(first, second, third);
  if (command === 'restore' && first !== undefined && second !== undefined) return restoreCommand(first, second);
  if (command === 'move' && first !== undefined) return moveCommand(first, values);
  if (command === 'key' && first === 'create') return createKeyCommand(values.name ?? 'command line');
  if (command === 'key' && first === 'list') return listKeysCommand();
  if (command === 'key' && first === 'revoke' && rest[1] !== undefined) return revokeKeyCommand(rest[1]);
  if (command === 'doctor') return doctorCommand();
  process.stderr.write(`"baton ${positionals.join(' ')}" is not a command.\n\n`);
  return say(HELP, 2);
}

function say(text: string, code: number): number {
  process.stdout.write(text);
  return code;
}

function explain(error: unknown): string {
  if (error instanceof Refusal || error instanceof WrongSettings) return error.message;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code.startsWith('ERR_PARSE_ARGS') && error instanceof Error) return `${error.message}\n\n${HELP}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

cli(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: unknown) => {
    process.stderr.write(`${explain(error)}\n`);
    process.exit(1);
  });
