import { readDefinition } from '../machines/check/read.ts';
import { checkSource } from '../server/checking/check-source.ts';
import { largeDefinition } from './large-definition.ts';

/*
 * How long it takes to check a large definition: the first time in a process and later, in place and through the worker.
 * Figures of one machine only mean something beside each other; an editor that checks while somebody types feels
 * immediate below 300 ms.
 */
const ROUNDS = Number(process.argv[2] ?? 15);
const TARGET_MS = 300;
const source = largeDefinition();

const cold = await timed(() => readDefinition(source, 'bench.yaml'));
const warm = await median(() => readDefinition(source, 'bench.yaml'));
const coldAside = await timed(() => checkSource(source, 'bench.yaml'));
const warmAside = await median(() => checkSource(source, 'bench.yaml'));

const { definition, findings } = readDefinition(source, 'bench.yaml');
if (definition === null || findings.length > 0) throw new Error(findings.map(({ message }) => message).join('\n'));
process.stdout.write(`${Object.keys(definition.stages).length} stages, ${Object.keys(definition.data).length} data, \
${Math.round(source.length / 1024)} KB; median of ${ROUNDS}
in place:            first ${show(cold)}, later ${show(warm)}
through the worker:  first ${show(coldAside)} with its start, later ${show(warmAside)}
target:              ${TARGET_MS} ms later, through the worker: ${warmAside <= TARGET_MS ? 'met' : 'missed'}
`);

async function timed(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) times.push(await timed(work));
  return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
}

function show(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
