import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readDefinition } from '../../machines/check/read.ts';
import { compile, type Workflow } from '../../machines/compile.ts';
import type { Surroundings } from '../../machines/effects.ts';
import type { Beginning, RunEvent } from '../../machines/event.ts';
import type { StoredSnapshot } from '../../machines/outcome.ts';
import { type Family, familyAfter } from '../../machines/rehearsal/children.ts';
import { begin, step } from '../../machines/step.ts';

const FOLDER = new URL('../corpus/', import.meta.url);
const CORPUS = z.object({
  around: z.object({ portal: z.string(), settings: z.record(z.string(), z.string()) }),
  sources: z.record(z.string(), z.string()),
  tales: z.array(
    z.object({
      name: z.string(),
      workflow: z.string(),
      beginning: z.custom<Beginning>(),
      events: z.array(z.custom<RunEvent>()),
      snapshots: z.array(z.custom<StoredSnapshot>()),
    }),
  ),
});

for (const file of readdirSync(FOLDER)) {
  const { around, sources, tales } = CORPUS.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')));
  describe(`runs stored by an earlier release (${file})`, () => {
    test.each(tales)('$name: each snapshot is what it was when its events are folded again', (tale) => {
      let family: Family = {};
      const workflow = workflowFrom(sources[tale.workflow] ?? '', { ...around, children: (fan) => family[fan] ?? [] });
      const begun = begin(workflow, tale.beginning);
      expect(begun.snapshot).toEqual(tale.snapshots[0]);
      family = familyAfter(family, begun.children);
      tale.events.forEach((event, index) => {
        const outcome = step(workflow, tale.snapshots[index] ?? begun.snapshot, event);
        expect(outcome?.snapshot).toEqual(tale.snapshots[index + 1]);
        family = familyAfter(family, outcome?.children ?? []);
      });
    });
  });
}

function workflowFrom(source: string, around: Surroundings): Workflow {
  const { definition, findings } = readDefinition(source, 'corpus');
  if (definition === null) throw new Error(JSON.stringify(findings));
  return { definition, machine: compile(definition, around) };
}
