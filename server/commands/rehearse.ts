import { readFile } from 'node:fs/promises';
import { createInterface, type Interface } from 'node:readline/promises';
import { z } from 'zod';
import { shortDurationMs } from '../../machines/calendar.ts';
import { ACT } from '../../machines/cases.ts';
import { showFinding } from '../../machines/check/read.ts';
import { configOf } from '../../machines/config.ts';
import type { Definition } from '../../machines/definition.ts';
import { questionsOf } from '../../machines/questions/question.ts';
import { playCase } from '../../machines/rehearsal/case.ts';
import { explore } from '../../machines/rehearsal/explore.ts';
import { type Move, makeMove, nextTimer, type Rehearsal, rehearse, whoWaits } from '../../machines/rehearsal/rehearse.ts';
import { linesOf, reportOf, standingOf } from '../../machines/rehearsal/transcript.ts';
import { Refusal } from '../errors.ts';
import { checkFile } from './check.ts';

export type RehearseOptions = {
  case?: string | undefined;
  moves?: string | undefined;
  explore?: boolean | undefined;
  runs?: string | undefined;
  seed?: string | undefined;
  data?: string | undefined;
  format?: string | undefined;
};

/**
 * `baton rehearse FILE`: walks a definition without sending anything: one of its cases, moves from a file, many runs by
 * chance, or, on a terminal, each person in turn. 1 when something was found.
 */
export async function rehearseCommand(file: string, options: RehearseOptions): Promise<number> {
  const definition = await soundDefinition(file);
  const around = { portal: 'http://localhost', settings: definition.settings };
  if (options.explore) {
    const found = explore(definition, around, { runs: countIn(options.runs, 100), seed: countIn(options.seed, 1) });
    print(options.format === 'json' ? [JSON.stringify(found, null, 2)] : reportOf(definition, found));
    return found.deadEnds.length === 0 && found.neverReached.length === 0 ? 0 : 1;
  }
  if (options.case !== undefined) return oneCase(definition, around, options.case);
  const startsWith = options.data === undefined ? {} : z.record(z.string(), z.unknown()).parse(await jsonFrom(options.data));
  const moves = options.moves === undefined ? [] : z.array(ACT).parse(await jsonFrom(options.moves));
  const played = rehearse(definition, around, { startsWith }, moves);
  if (!played.ok) throw new Refusal(422, 'move', `${played.refused.why} ${played.refused.possible.join('; ')}`.trim());
  if (options.format === 'json') print([JSON.stringify(standingOf(played.rehearsal), null, 2)]);
  else print(linesOf(played.rehearsal, 0));
  if (process.stdin.isTTY && options.moves === undefined && options.format !== 'json') await walk(played.rehearsal);
  return 0;
}

/** `baton machine FILE`: the machine of a definition as XState JSON, for XState's own tools. */
export async function machineCommand(file: string): Promise<number> {
  print([JSON.stringify(configOf(await soundDefinition(file)), null, 2)]);
  return 0;
}

async function soundDefinition(file: string): Promise<Definition> {
  const { definition, findings } = await checkFile(file);
  // A case that fails is what somebody may want to rehearse; everything else has to be mended first.
  if (definition === null) throw new Refusal(422, 'definition', findings.map(showFinding).join('\n'));
  return definition;
}

function oneCase(definition: Definition, around: Parameters<typeof playCase>[1], name: string): number {
  const saved = definition.cases.find((one) => one.case === name);
  if (saved === undefined)
    throw new Refusal(
      404,
      'case',
      `There is no case "${name}". There are: ${definition.cases.map((one) => one.case).join('; ') || 'none'}.`,
    );
  const played = playCase(definition, around, saved);
  print([played.ok ? `${name}: as expected.` : `${name}: ${played.difference}`]);
  return played.ok ? 0 : 1;
}

async function jsonFrom(file: string): Promise<unknown> {
  return JSON.parse(await readFile(file, 'utf8'));
}

function countIn(text: string | undefined, otherwise: number): number {
  const count = Number(text ?? otherwise);
  return Number.isInteger(count) && count > 0 && count <= 100_000 ? count : otherwise;
}

function print(lines: string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}

const COMMANDS = 'answer, wait 2d, next (to the next timer), return, fail MESSAGE, event NAME {json}, data, quit';

/** Plays on a terminal, one command a line. */
async function walk(first: Rehearsal): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  let rehearsal = first;
  print([`Commands: ${COMMANDS}`]);
  for (;;) {
    const line = (await terminal.question('> ')).trim();
    if (line === 'quit' || line === '') break;
    if (line === 'data') {
      print(standingOf(rehearsal).data.map(({ label, text }) => `  ${label}: ${text}`));
      continue;
    }
    const move = await moveIn(line, rehearsal, terminal);
    const made = move === null ? null : makeMove(rehearsal, move);
    if (made === null) print([`That is no command. ${COMMANDS}`]);
    else if (made.ok) {
      const seen = rehearsal.mails.length;
      rehearsal = made.rehearsal;
      print(linesOf(rehearsal, seen));
    } else print([made.refused.why, ...made.refused.possible.map((possible) => `  possible: ${possible}`)]);
  }
  terminal.close();
}

async function moveIn(line: string, rehearsal: Rehearsal, terminal: Interface): Promise<Move | null> {
  const [command = '', ...rest] = line.split(' ');
  const text = rest.join(' ');
  const call = rehearsal.outcome.snapshot.context.awaiting?.component ?? '';
  if (command === 'answer') return answerFrom(rehearsal, terminal);
  if (command === 'wait' && shortDurationMs(text) !== null) return { wait: text };
  if (command === 'next')
    return {
      wait: `${Math.max(0, Math.ceil((Date.parse(nextTimer(rehearsal)?.at ?? rehearsal.now) - Date.parse(rehearsal.now)) / 60_000))}m`,
    };
  if (command === 'return') return { call, returns: await returnsFrom(rehearsal, call, terminal) };
  if (command === 'fail') return { call, returns: {}, fails: text || 'It did not work.' };
  if (command === 'event') return { event: rest[0] ?? '', brings: parsed(rest.slice(1).join(' ') || '{}') };
  return null;
}

type Answers = Extract<Move, { stage: string }>['answers'];

async function answerFrom(rehearsal: Rehearsal, terminal: Interface): Promise<Move | null> {
  const person = whoWaits(rehearsal);
  if (person === null) return null;
  const { open, asking } = person;
  if (asking.branches.length > 0) {
    const ways = asking.branches.map(({ to, title, guidance }) => `${to} (${title}${guidance === null ? '' : `: ${guidance}`})`);
    return { stage: open.stage, answers: {}, to: (await terminal.question(`  Which way? ${ways.join(', ')}: `)).trim() };
  }
  const answers: Answers = {};
  for (const { key, label, field } of questionsOf(asking)) {
    const text = (
      await terminal.question(
        `  ${label} (${field.type}${'options' in field ? `: ${Object.keys(field.options).join(', ')}` : ''}): `,
      )
    ).trim();
    if (text !== '') answers[key] = valueIn(text, field.type);
  }
  return { stage: open.stage, answers };
}

async function returnsFrom({ workflow, outcome }: Rehearsal, call: string, terminal: Interface): Promise<Answers> {
  const component = workflow.definition.stages[outcome.stage ?? '']?.components.find(
    (one, index) => (one.id ?? `${one.kind}_${index + 1}`) === call,
  );
  const returns: Answers = {};
  for (const key of component?.kind === 'http' ? Object.keys(component.save) : []) {
    returns[key] = valueIn((await terminal.question(`  ${key}: `)).trim(), workflow.definition.data[key]?.type ?? 'text');
  }
  return returns;
}

/** What somebody typed on a terminal, as JSON: rows and maps are written as JSON, the rest as it is. */
function valueIn(text: string, type: string): Answers[string] {
  if (type === 'yes_no') return ['yes', 'true', 'y'].includes(text.toLowerCase());
  if (type === 'number') return Number(text);
  if (type === 'choices') return text.split(/[,\s]+/);
  return /^[[{]/.test(text) ? z.json().parse(JSON.parse(text)) : text;
}

function parsed(text: string): Record<string, Answers[string]> {
  return z.record(z.string(), z.json()).parse(JSON.parse(text));
}
