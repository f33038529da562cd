import type { Definition } from '../definition.ts';
import { playCase } from '../rehearsal/case.ts';
import type { Found } from './finding.ts';

/** Saved cases that do not come out as they should. */
export function caseFailures(definition: Definition): Found[] {
  const around = { portal: 'http://localhost', settings: definition.settings };
  return definition.cases.flatMap((saved, index): Found[] => {
    const played = playCase(definition, around, saved);
    if (played.ok) return [];
    return [
      {
        path: played.step === null ? ['cases', index] : ['cases', index, 'steps', played.step - 1],
        code: 'case_failed',
        message: `The case "${saved.case}" fails${played.step === null ? '' : ` at step ${played.step}`}: ${played.difference}`,
        remedy: 'Correct the workflow, or the case if the change is meant.',
      },
    ];
  });
}
