import { z } from 'zod';
import type { Clock } from '../clock.ts';
import type { Judged, Question, Runner } from '../runner/runner.ts';
import type { Performer } from './perform.ts';

// Written by our own steps into our own table; the shape is checked where a step makes it.
const BODY = z.custom<Question>((body) => typeof body === 'object' && body !== null && 'successors' in body);

/**
 * Asks the runner which branch fits, once: whatever comes of it, the run goes on, to the branch or to a person. A
 * judgement is never held or put off.
 */
export function createJudgePerformer({ clock, runner }: { clock: Clock; runner: Runner | null }): Performer {
  return async (effect) => {
    const question = BODY.parse(effect.body);
    const began = clock.nowMs();
    const judged: Judged =
      runner === null ? { is: 'unjudged', why: 'No model is configured.', model: null, tokens: 0 } : await runner.judge(question);
    const judgement = judged.is === 'judged' ? judged.judgement : null;
    const note = judged.is === 'judged' ? '' : judged.why;
    const tokens = judged.is === 'judged' ? judged.judgement.tokens : judged.tokens;
    return {
      record: {
        to: runner?.model ?? 'nobody',
        status: null,
        tookMs: clock.nowMs() - began,
        note: `${tokens} tokens${note === '' ? '' : `; ${note}`}`,
      },
      told: { type: 'judged' as const, effect: effect.id, judgement, note },
    };
  };
}
